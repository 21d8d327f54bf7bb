"""The resource API of 12 and later: /apis/dashboard.grafana.app and /apis/folder.grafana.app.

It stands on the same shelves as the dashboard API of the same sandbox: what one writes, the other reads (transcripts
resources-12.4.0, orgs-and-provisioned-12.4.0; what only 13 has is read in the reference, 5).
"""
