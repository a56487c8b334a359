"""Nothing that a stranger wrote is rendered as Markdown or HTML: `plain` itself, and every place of the pages that renders."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
import streamlit as st

from pages.visit.say import JOINER, plain
from tests.pages.rendered import RENDERED, Source

PAGES = Path(__file__).parents[2] / "pages"

HEAD = """
import html
import streamlit as st
from pages.visit.say import plain

KINDS = {"a": "A"}

"""
FORGOTTEN = {
    "directly": "def f(run): st.markdown(run.name)",
    "in an f-string": "def f(run): st.caption(f'of {run.name}')",
    "an error": "def f():\n    try: pass\n    except ValueError as error: st.error(str(error))",
    "an error of what is called": "def f():\n    try: pass\n    except OSError as error: st.toast(str(error))\nf()",
    "by a name": "def f(run):\n    words = 'of ' + run.name\n    st.info(words)",
    "by a loop": "def f(runs):\n    for n, run in enumerate(runs): st.write(f'{n}: {run.name}')",
    "by an append": "def f(run):\n    words = ['a']\n    words.append(run.name)\n    st.write(' '.join(words))",
    "by a cell": "def f(run):\n    cells = {'a': 'b'}\n    cells['c'] = run.name\n    st.table(cells)",
    "by a function": "def f(run): st.write(_words(run))\ndef _words(run): return run.name",
    "by an argument": "def f(run): _say(run.name)\ndef _say(words: str): st.write(words)",
    "as a help": "def f(run): st.button('Go', help=run.name)",
    "as an option": "def f(names): st.segmented_control('Which', names)",
    "as a label of an option": "def f(names): st.pills('Which', [1, 2], format_func=names.get)",
    "in a column": "def f(left, run): left.subheader(run.name)",
    "as a tab": "def f(names): st.tabs(names)",
    "beside a number": "def f(run): st.progress(0.5, text=f'{run.epoch} of {run.stage}')",
    "a format of any value": "def f(run): st.write(f'{run.name:>9}')",
    "as HTML": "def f(run): st.html(f'<b>{run.name}</b>')",
    "as HTML, escaped for Markdown": "def f(run): st.html(f'<b>{plain(run.name)}</b>')",
    "an unknown call": "def f(): st.write(read('file'))",
}
ALLOWED = {
    "this program's": "def f(kind): st.markdown(f'**{KINDS[kind]}**' + (' (here)' if kind else ''))",
    "numbers": "def f(run, k: int): st.caption(f'{k} of {run.share:.0%}, {len(run.name)} and {run.n_samples}')",
    "escaped": "def f(run): st.caption(f'of {plain(run.name)}', help=plain(run.name))",
    "escaped earlier": "def f(run):\n    words = [plain(run.name)]\n    words += ['b'] * 2\n    st.caption(' · '.join(words))",
    "escaped options": "def f(names): st.segmented_control('Which', names, format_func=lambda n: plain(names[n]))",
    "what is not rendered": "def f(names): st.selectbox('Which', names, key=f'{names}')",
    "an argument": "def f(run): _say(plain(run.name))\ndef _say(words: str): st.write(words)",
    "HTML": "def f(run): st.html(f'<b>{html.escape(run.name)}</b>')",
}


def test_no_page_renders_what_a_stranger_wrote():
    assert [str(finding) for finding in Source.of(PAGES).findings()] == []


@pytest.mark.parametrize("code", FORGOTTEN.values(), ids=FORGOTTEN)
def test_whoever_forgets_it_is_told(code):
    assert len(Source({"page.py": HEAD + code}).findings()) == 1


@pytest.mark.parametrize("code", ALLOWED.values(), ids=ALLOWED)
def test_what_is_safe_is_not_complained_about(code):
    assert Source({"page.py": HEAD + code}).findings() == []


def test_every_element_of_streamlit_that_renders_markdown_is_watched():
    documented = {
        name
        for name in dir(st)
        if not name.startswith("_") and "GitHub-flavored Markdown" in (inspect.getdoc(getattr(st, name)) or "")
    }
    only_help = {"text", "Page", "navigation"}
    source = "".join(page.read_text("utf-8") for page in PAGES.rglob("*.py"))
    assert {name for name in documented - only_help - set(RENDERED) if f".{name}(" in source} == set()
    assert {"markdown", "expander", "metric", "pills", "toast"} <= documented


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![x](http://a.b/c.png)", rf"!\[x\](http:{JOINER}//a.b/c.png)"),
        (":red[x] :material/add:", rf":{JOINER}red\[x\] :{JOINER}material/add:"),
        ("www.a.b, a@b.c", rf"www{JOINER}.a.b, a@{JOINER}b.c"),
        ("a -> b -- c", rf"a -{JOINER}\> b -{JOINER}- c"),
        ("one\n\n# two\t\x00three", r"one \# two three"),
        ("turned \u202earound", "turned around"),
        ("$x$ `y` <b> **c** _d_", r"\$x\$ \`y\` \<b\> \*\*c\*\* \_d\_"),
        ("::x{a=b} &amp; |c| ~d~", rf":{JOINER}:{JOINER}x\{{a=b\}} \&amp; \|c\| \~d\~"),
        ("- a list", r"\- a list"),
        ("12. of a list", r"12\. of a list"),
        (r"C:\new [folder]", r"C:\\new \[folder\]"),
        (ValueError("n_clusters=10 is more than 7 (see k-means)."), "n_clusters=10 is more than 7 (see k-means)."),
        ("Größe 3 °C", "Größe 3 °C"),
    ],
)
def test_plain(text, shown):
    assert plain(text) == shown
