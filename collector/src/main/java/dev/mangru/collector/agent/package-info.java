/// The node agent: owns the loops that gather, tail and send. [dev.mangru.collector.agent.Agent]
/// runs in the server's process and, through [dev.mangru.collector.agent.AgentMain], alone.
/// Promises that closing it flushes within seconds, and that an outage of the server costs log
/// lines nothing and samples only what exceeds the queue.
@NullMarked
package dev.mangru.collector.agent;

import org.jspecify.annotations.NullMarked;
