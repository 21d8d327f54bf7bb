"""Values in, words out: text for people (rich), JSON, Markdown, JUnit, SARIF.

In: `Validation`, `PassReport`, `Failure` of core. Out: text; `formats.py` is the door. Nothing here reads, decides or holds a secret.
Whatever comes from a repository or a server is a stranger's text: no format lets a control character or its own markup through.
"""
