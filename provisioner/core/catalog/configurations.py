"""Problems of the configuration and of secrets.

In: nothing. Out: the rules of this chapter. Codes are a promise: they are never reused.
"""

from __future__ import annotations

from provisioner.core.catalog.rule import Area, Rule
from provisioner.core.problems import Severity

RULES: tuple[Rule, ...] = (
    Rule(
        "config-unreadable",
        Area.CONFIGURATION,
        Severity.ERROR,
        "The configuration cannot be read",
        "The file is missing, not readable or not UTF-8.",
        "name a readable file with -c",
    ),
    Rule(
        "config-syntax",
        Area.CONFIGURATION,
        Severity.ERROR,
        "The configuration is not YAML",
        "Nothing is read or written until it is mended.",
        "mend the line named",
    ),
    Rule(
        "config-unknown-key",
        Area.CONFIGURATION,
        Severity.ERROR,
        "A key is not known",
        "An unknown key is most often a misspelt one, so it is refused.",
        "see docs/configuration.md",
    ),
    Rule(
        "config-value",
        Area.CONFIGURATION,
        Severity.ERROR,
        "A value is not what the key takes",
        "Nothing is read or written until it is mended.",
        "see docs/configuration.md",
    ),
    Rule("config-missing", Area.CONFIGURATION, Severity.ERROR, "A key is missing", "The part cannot work without it.", "add the key"),
    Rule(
        "config-reference",
        Area.CONFIGURATION,
        Severity.ERROR,
        "A name points to nothing",
        "A target names a source that is not stated.",
        "state it, or correct the name",
    ),
    Rule(
        "config-conflict",
        Area.CONFIGURATION,
        Severity.ERROR,
        "Two things are stated that exclude each other",
        "Which of them is meant cannot be known.",
        "leave one of them out",
    ),
    Rule(
        "config-variable-unset",
        Area.CONFIGURATION,
        Severity.ERROR,
        "An environment variable is not set",
        "`${NAME}` in a value stands for an environment variable, and nothing of that name is set.",
        "set it, or write ${NAME:-default}",
    ),
    Rule(
        "config-file-unusable",
        Area.CONFIGURATION,
        Severity.ERROR,
        "A key or certificate file cannot be used",
        "The file that the configuration names is missing, not readable, or holds something else.",
        "name the right file",
    ),
    Rule(
        "secret-unreadable",
        Area.CONFIGURATION,
        Severity.ERROR,
        "A secret cannot be read",
        "The file or the environment variable is not there, empty or not readable.",
        "create it, readable for the provisioner alone",
    ),
    Rule(
        "secret-readable-by-all",
        Area.CONFIGURATION,
        Severity.WARNING,
        "A secret can be read by everybody",
        "Any user of this machine can read the file.",
        "chmod 600 the file",
    ),
    Rule(
        "secret-in-url",
        Area.CONFIGURATION,
        Severity.ERROR,
        "A url carries a password",
        "It would show up in process lists and logs.",
        "use token_file, or user with password_file",
    ),
    Rule(
        "secret-over-http",
        Area.CONFIGURATION,
        Severity.WARNING,
        "A secret travels without TLS",
        "The url is http:// and not on this machine.",
        "use https://",
    ),
)
