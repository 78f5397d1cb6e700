// What /api/v1/explain tells, as the rows of a table. No DOM.

import { grouped } from './units.js';

/** The operators from the whole query down, each with its depth and its share of the time. */
export function planRows(plan, total = plan?.cost?.totalTime ?? 0, depth = 0) {
  if (!plan) {
    return [];
  }
  const cost = plan.cost ?? null;
  return [
    {
      depth,
      label: label(plan),
      expression: plan.expression,
      how: [...(cost?.seriesSelected ? [`${grouped(cost.seriesSelected)} series found`] : []), ...plan.how],
      cost,
      share: cost && total > 0 ? Math.min(1, cost.selfTime / total) : 0,
    },
    ...plan.inputs.flatMap((input) => planRows(input, total, depth + 1)),
  ];
}

function label({ operator, name, expression }) {
  switch (operator) {
    case 'aggregate':
    case 'call':
    case 'binary':
    case 'unary':
      return name;
    case 'subquery':
      return `subquery ${name}`;
    default:
      return expression;
  }
}
