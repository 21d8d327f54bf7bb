from __future__ import annotations

import pytest

from provisioner.sandbox.slugs import hexed, transliterated


# Recorded from 4.6.5, whose library is that of 5 to 11.
@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Über Größe", "uber-grosse"),
        ("Ça va Élan", "ca-va-elan"),
        ("仪表盘", "yi-biao-pan"),
        ("Дашборд", "dashbord"),
        ("emoji 🚀 rocket", "emoji-rocket"),
        ("a/b\\c", "a-b-c"),
        ("a.b_c-d", "a-b_c-d"),
        ("100% CPU & RAM", "100-cpu-and-ram"),
        ("  spaces  inside  ", "spaces-inside"),
        ("quote \"x\" 'y'", "quote-x-y"),
        ("a@b#c$d", "aatb-c-d"),
        ("---", ""),
        ("İstanbul", "istanbul"),
        ("Łódź", "lodz"),
        ("ß", "ss"),
        ("ﬁ ligature", "fi-ligature"),
        ("½ half", "1-2-half"),
        ("\u03b1 \u03b2 \u03b3", "a-b-g"),
        ("Ελλάδα", "ellada"),
        ("Slug (copy) [2]", "slug-copy-2"),
        ("a—b–c", "a-b-c"),
        ("o'clock", "oclock"),
    ],
)
def test_up_to_11_titles_are_transliterated(title: str, slug: str) -> None:
    assert transliterated(title) == slug


def test_letters_without_a_table_keep_two_titles_apart() -> None:
    assert transliterated("한국") != transliterated("국한")
    assert transliterated("한국")


# Recorded from 12.4.0.
@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Über 仪表盘 🚀", "ueber-e4bbaa-e8a1a8-e79b98-f09f9a80"),
        ("t" * 190, "b3cfa4c"),
        ("t" * 5000, "baa2606"),
        ("Folder A", "folder-a"),
    ],
)
def test_from_12_on_unknown_letters_are_bytes_and_long_titles_digests(title: str, slug: str) -> None:
    assert hexed(title) == slug
