{{/*
The container, and the volumes that it mounts. The Deployment of this chart is made of both. A chart that has this one as a dependency puts
them into a pod of its own, beside Grafana:
  containers:
    - {{ include "provisioner.container" (dict "root" .Subcharts.provisioner "sidecar" true) | nindent 6 | trim }}
  volumes:
    {{- include "provisioner.volumes" .Subcharts.provisioner | nindent 4 }}
A sidecar has no readiness probe: the pod is Grafana's, and Grafana must serve while a git host is away.
*/}}
{{- define "provisioner.container" -}}
{{- $root := .root -}}
{{- with $root.Values -}}
name: provisioner
image: {{ include "provisioner.image" $root | quote }}
imagePullPolicy: {{ .image.pullPolicy }}
args: [run, -c, /etc/provisioner/config.yaml]
ports:
  - name: provisioner
    containerPort: {{ .service.port }}
{{- with .env }}
env:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
livenessProbe:
  httpGet: {path: /healthz, port: provisioner}
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 3
startupProbe:
  httpGet: {path: /healthz, port: provisioner}
  periodSeconds: 2
  failureThreshold: 60
{{- if not $.sidecar }}
readinessProbe:
  httpGet: {path: /readyz, port: provisioner}
  periodSeconds: 10
  timeoutSeconds: 5
{{- end }}
resources:
  {{- toYaml .resources | nindent 2 }}
securityContext:
  {{- toYaml .securityContext | nindent 2 }}
volumeMounts:
  - {name: provisioner-config, mountPath: /etc/provisioner, readOnly: true}
  {{- if include "provisioner.secret" $root }}
  - {name: provisioner-secrets, mountPath: /etc/provisioner-secrets, readOnly: true}
  {{- end }}
  - {name: provisioner-state, mountPath: /var/lib/provisioner}
  - {name: provisioner-tmp, mountPath: /tmp}
  {{- with .extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "provisioner.volumes" -}}
{{- with .Values -}}
- name: provisioner-config
  configMap:
    name: {{ default (include "provisioner.fullname" $) .existingConfigMap }}
{{- with include "provisioner.secret" $ }}
- name: provisioner-secrets
  secret:
    secretName: {{ . }}
    # For our group alone; the owner is root, so ssh takes a key from here, too.
    defaultMode: 0440
{{- end }}
- name: provisioner-state
  {{- if .persistence.enabled }}
  persistentVolumeClaim:
    claimName: {{ include "provisioner.claim" $ }}
  {{- else }}
  emptyDir: {}
  {{- end }}
- name: provisioner-tmp
  emptyDir:
    sizeLimit: 64Mi
{{- with .extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
{{- end }}
