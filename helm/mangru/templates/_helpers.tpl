{{- define "mangru.name" -}}
{{- if contains "mangru" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-mangru" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* What selects pods, and never changes. Called with (list . "server"). */}}
{{- define "mangru.selector" -}}
app.kubernetes.io/name: mangru
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "mangru.labels" -}}
{{ include "mangru.selector" . }}
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version }}
{{- end }}

{{- define "mangru.image" -}}
{{- $how := "no image of Mangru is published; build one with helm/Dockerfile as helm/README.md shows" -}}
{{- $repository := required (printf "image.repository is required: %s" $how) .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{ $repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ $repository }}:{{ required "image.tag or image.digest is required: say which image of image.repository" .Values.image.tag }}
{{- end -}}
{{- end }}

{{- define "mangru.port" -}}8080{{- end }}

{{/* The configuration of the server: the user's, and what the chart decides. */}}
{{- define "mangru.serverConfig" -}}
{{- $config := deepCopy .Values.server.config -}}
{{- $http := get $config "http" | default dict -}}
{{- $agent := get $config "agent" | default dict -}}
{{- if hasKey $config "data" }}{{ fail "server.config.data is set by the chart" }}{{ end -}}
{{- if hasKey $agent "enabled" }}{{ fail "server.config.agent.enabled is set by the chart; agent.enabled runs agents on the nodes" }}{{ end -}}
{{- range list "address" "port" "allow-remote" "allowed-hosts" }}
{{- if hasKey $http . }}{{ fail (printf "server.config.http.%s is set by the chart; server.hosts adds host names" .) }}{{ end -}}
{{- end -}}
{{- $cluster := get $config "cluster" | default dict -}}
{{- if hasKey $cluster "playground" }}{{ fail "server.config.cluster.playground is set by the chart: it watches the cluster that it is installed in" }}{{ end -}}
{{- $_ := set $cluster "playground" (dict "enabled" false) -}}
{{- $_ := set $config "cluster" $cluster -}}
{{- $name := include "mangru.name" . -}}
{{- $space := .Release.Namespace -}}
{{- $hosts := list $name (printf "%s.%s" $name $space) (printf "%s.%s.svc" $name $space) (printf "%s.%s.svc.%s" $name $space .Values.clusterDomain) -}}
{{- $_ := set $http "address" "0.0.0.0" -}}
{{- $_ := set $http "port" (include "mangru.port" . | int) -}}
{{- $_ := set $http "allow-remote" true -}}
{{- $_ := set $http "allowed-hosts" (concat $hosts .Values.server.hosts) -}}
{{- $_ := set $agent "enabled" false -}}
{{- $_ := set $config "data" "/data" -}}
{{- $_ := set $config "http" $http -}}
{{- $_ := set $config "agent" $agent -}}
{{- toYaml (dict "mangru" $config) -}}
{{- end }}

{{/* The configuration of the agents. The name of the node comes from NODE_NAME. */}}
{{- define "mangru.agentConfig" -}}
{{- $config := deepCopy .Values.agent.config -}}
{{- range list "server" "node" "data" "root" }}
{{- if hasKey $config . }}{{ fail (printf "agent.config.%s is set by the chart; agent.server says where agents send to" .) }}{{ end -}}
{{- end -}}
{{- $here := printf "http://%s.%s.svc:%s" (include "mangru.name" .) .Release.Namespace (include "mangru.port" .) -}}
{{- if not (or .Values.server.enabled .Values.agent.server) }}{{ fail "agent.server is required where server.enabled is false" }}{{ end -}}
{{- $_ := set $config "server" (.Values.agent.server | default $here) -}}
{{- $_ := set $config "data" "/var/lib/mangru-agent" -}}
{{- $_ := set $config "root" "/host" -}}
{{- toYaml $config -}}
{{- end }}

{{/* The node's folder with the runtime's descriptions of containers, and where the agent looks for it. */}}
{{- define "mangru.runtimeFolder" -}}
{{- get (dict
  "containerd" "/run/containerd/io.containerd.runtime.v2.task"
  "k3s" "/run/k3s/containerd/io.containerd.runtime.v2.task"
  "cri-o" "/run/containers/storage/overlay-containers"
  "docker" "/var/lib/docker/containers") .Values.agent.runtime -}}
{{- end }}
{{- define "mangru.runtimeMount" -}}
{{- include "mangru.runtimeFolder" . | replace "/run/k3s/" "/run/" -}}
{{- end }}

{{/* A read-only mount of a folder of the node; where Kubernetes can, of what is mounted below it too. */}}
{{- define "mangru.readOnly" -}}
readOnly: true
{{- if semverCompare ">=1.31-0" .Capabilities.KubeVersion.Version }}
recursiveReadOnly: IfPossible
{{- end }}
{{- end }}
