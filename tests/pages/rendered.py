"""Reads the pages' source: what they hand to Streamlit to be rendered, and whether strangers' words may be part of it.

An expression is safe if all that it can become was written in this program, is a number, or went through the function that
makes words of it: `plain` for Markdown, `html.escape` for HTML. Names are followed to everything that is bound to them, calls
of the pages' own functions to what these return. Whatever is not understood counts as a stranger's words.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

#: Which arguments an element renders: how many of the first, and by what names. All elements have a `help`.
_LABEL, _BODY, _OPTIONS = (1, ("label",)), (1, ("body",)), (2, ("label", "options"))
RENDERED: dict[str, tuple[int, tuple[str, ...]]] = {
    **dict.fromkeys(("markdown", "write", "caption", "title", "header", "subheader", "toast", "badge", "latex"), _BODY),
    **dict.fromkeys(("info", "warning", "error", "success", "html"), _BODY),
    **dict.fromkeys(("button", "download_button", "form_submit_button", "link_button", "page_link", "popover"), _LABEL),
    **dict.fromkeys(("checkbox", "toggle", "selectbox", "multiselect", "slider", "number_input", "text_input"), _LABEL),
    **dict.fromkeys(
        ("text_area", "file_uploader", "camera_input", "expander", "status", "color_picker", "date_input"), _LABEL
    ),
    **dict.fromkeys(("radio", "select_slider", "segmented_control", "pills", "menu_button"), _OPTIONS),
    "metric": (3, ("label", "value", "delta")),
    "tabs": (1, ("tabs",)),
    "table": (1, ("data",)),
    "progress": (2, ("text",)),
    "spinner": (1, ("text",)),
    "image": (0, ("caption",)),
}
#: Results that quote nobody, whatever these functions are given.
SILENT = {
    *(
        "len",
        "int",
        "float",
        "round",
        "min",
        "max",
        "sum",
        "abs",
        "bool",
        "range",
        "count",
        "mean",
        "default_n_clusters",
        "acc",
        "nmi",
        "scores",
    ),
    # sentences of the library, read: numbers and names of this program only
    *("duration", "in_time", "in_bytes", "with_spread", "ordinal", "map_words", "gap_words", "ranking_track_record"),
    "part_of",
    *(
        "colour",
        "text_mark",
        "png_data_uri",
        "mean_picture",
        "difference_picture",
        "svg_data_uri",
        "cluster_strip",
    ),  # HTML and addresses that the library writes
    *("track_record", "words_of_change", "moral", "in_words", "how_to_read", "unavailable_reason", "strftime"),
    *("params_of", "find_method", "names_for", "members_of", "words_of", "letter", "reading_words", "reading_in_short"),
}
#: Attributes that are numbers, or words of this program, of whatever has them.
#: Types of arguments that are numbers, or were written in this program.
OURS = {"int", "float", "bool", "None", "Literal", "Param", "Entry"}
#: Calls that are as safe as what they are given, and methods that are as safe as what they belong to and are given.
THROUGH = {
    "str",
    "list",
    "tuple",
    "dict",
    "set",
    "sorted",
    "reversed",
    "filter",
    "map",
    "zip",
    "enumerate",
    "next",
    "iter",
}
METHODS_THROUGH = {
    *("get", "items", "values", "keys", "join", "format", "upper", "lower", "capitalize", "strip", "rstrip", "replace"),
    *("removeprefix", "splitlines", "split", "most_common", "tolist", "__getitem__", "fromkeys", "pairwise"),
}
FACTS = {"by_k", "epochs", "seed", "epoch", "fraction", "done", "total", "megabytes", "shape", "size"}
NUMBER = re.compile(r"[+,_0-9]*(\.\d+)?[defgGE%,]")
WORDS_ONLY = {"markdown": "plain", "html": "escape"}


@dataclass(frozen=True)
class Finding:
    """A stranger's words that reach an element as they are."""

    place: str
    element: str
    source: str

    def __str__(self) -> str:
        return f"{self.place} {self.element}: {self.source}"


class Source:
    """All pages, and what their names are bound to."""

    def __init__(self, files: dict[str, str]) -> None:
        self.trees = {name: ast.parse(text) for name, text in files.items()}
        self.parents: dict[ast.AST, ast.AST] = {}
        self.modules: dict[ast.AST, ast.Module] = {}
        self.defined: dict[str, list[ast.FunctionDef]] = {}
        for tree in self.trees.values():
            for node in ast.walk(tree):
                self.modules[node] = tree
                self.parents.update(dict.fromkeys(ast.iter_child_nodes(node), node))
                if isinstance(node, ast.FunctionDef):
                    self.defined.setdefault(node.name, []).append(node)
        self.bound = {scope: _bindings(scope) for tree in self.trees.values() for scope in _scopes(tree)}

    @classmethod
    def of(cls, folder: Path) -> Source:
        return cls({str(p.relative_to(folder.parent)): p.read_text("utf-8") for p in sorted(folder.rglob("*.py"))})

    def functions(self, name: str, at: ast.AST) -> list[ast.FunctionDef]:
        """The pages' functions of a name: those of the module itself, if it has any."""
        named = self.defined.get(name, [])
        return [f for f in named if self.modules[f] is self.modules.get(at)] or named

    def given(self, function: ast.FunctionDef, name: str) -> list[ast.expr | None]:
        """What a function is given for an argument wherever it is called; None where that is not known."""
        args = _arguments(function)
        values: list[ast.expr | None] = []
        private = function.name.startswith("_")
        for tree in [self.modules[function]] if private else self.trees.values():
            for node in ast.walk(tree):
                if function.name not in (getattr(node, "id", ""), getattr(node, "attr", "")):
                    continue
                call = self.parents[node]
                if not isinstance(call, ast.Call) or call.func is not node:
                    return [None]
                by_name = {k.arg: k.value for k in call.keywords}
                place = args.index(name)
                values.append(call.args[place] if place < len(call.args) else by_name.get(name, ast.Constant(None)))
        return values or [None]

    def findings(self) -> list[Finding]:
        """Everything that is rendered and may hold a stranger's words."""
        found = []
        for name, tree in self.trees.items():
            for call in ast.walk(tree):
                for element, e in _rendered(call):
                    reader = Reader(self, WORDS_ONLY.get(element, "plain"))
                    if not reader.safe(e):
                        found.append(Finding(f"{name}:{e.lineno}", element, ast.unparse(reader.culprit or e)))
        return found


def _rendered(call: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Name of the element and expression of all that a call renders; a function that formats stands for options."""
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return
    element, of = call.func.attr, call.func.value
    if isinstance(of, ast.Name) and of.id in ("say", "file"):
        return
    first, names = RENDERED.get(element, (0, ()))
    given = {k.arg: k.value for k in call.keywords}
    labels = 1 if "format_func" in given else first
    start = 1 if element == "progress" else 0
    yield from ((element, e) for e in call.args[start:labels])
    yield from (
        (element, e) for name, e in given.items() if name in names and not (name == "options" and labels < first)
    )
    if first > 1 and "format_func" in given:
        yield element, given["format_func"]
    if "help" in given:
        yield "help", given["help"]


SCOPES = (ast.Module, ast.FunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _scopes(tree: ast.AST) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree) if isinstance(node, SCOPES))


def _bindings(scope: ast.AST) -> dict[str, list[ast.expr | None]]:
    """Expressions that the names of a scope are bound to, or items of them; None for what is not known."""
    bound: dict[str, list[ast.expr | None]] = {}

    def bind(target: ast.AST, value: ast.expr | None) -> None:
        if isinstance(target, ast.Subscript):
            bind(target.value, value)
        elif isinstance(target, ast.Name):
            bound.setdefault(target.id, []).append(value)
        elif isinstance(target, ast.Tuple | ast.List):
            parts = _parts(value, len(target.elts))
            for part, e in zip(target.elts, parts, strict=True):
                bind(part.value if isinstance(part, ast.Starred) else part, e)

    if isinstance(scope, ast.FunctionDef | ast.Lambda):
        for arg in [*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs]:
            kinds = (
                set() if arg.annotation is None else {k.split("[")[0] for k in ast.unparse(arg.annotation).split(" | ")}
            )
            bind(ast.Name(arg.arg), ast.Constant(0) if kinds and kinds <= OURS else None)
    for node in _own_nodes(scope):
        match node:
            case ast.Import():
                bound |= {alias.asname or alias.name: [ast.Constant(None)] for alias in node.names}
            case ast.Assign():
                for target in node.targets:
                    bind(target, node.value)
            case ast.AnnAssign(value=ast.expr()) | ast.AugAssign() | ast.NamedExpr():
                bind(node.target, node.value)
            case ast.For() | ast.comprehension():
                bind(node.target, _items(node.iter))
            case ast.ExceptHandler(name=str()):
                bind(ast.Name(node.name), None)
            case ast.withitem(optional_vars=ast.expr()):
                bind(node.optional_vars, node.context_expr)
            case ast.Call(func=ast.Attribute(attr="append" | "insert" | "extend", value=ast.Name() as to)):
                bind(to, node.args[-1])
    return bound


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, SCOPES):
            yield child
            yield from _own_nodes(child)


def _items(iterable: ast.expr) -> ast.expr:
    """An expression that an item of an iterable is as safe as; tuples stay apart."""
    match iterable:
        case ast.Call(func=ast.Name(id="zip")):
            return ast.Tuple([_items(arg) for arg in iterable.args])
        case ast.Call(func=ast.Name(id="enumerate")):
            return ast.Tuple([ast.Constant(0), _items(iterable.args[0])])
        case ast.Call(func=ast.Attribute(attr="items")):
            return ast.Tuple([iterable.func.value, iterable.func.value])
        case ast.Tuple(elts=[ast.Tuple(), *_]) | ast.List(elts=[ast.Tuple(), *_]):
            return ast.Tuple([ast.Tuple(list(column)) for column in zip(*(e.elts for e in iterable.elts), strict=True)])
    return iterable


def _parts(value: ast.expr | None, n: int) -> list[ast.expr | None]:
    if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == n:
        return list(value.elts)
    if isinstance(value, ast.Call):
        return [ast.Subscript(value, ast.Constant(place)) for place in range(n)]
    return [value] * n


class Reader:
    """Whether expressions are safe; ``words_only`` is the function that makes words of anything."""

    def __init__(self, source: Source, words_only: str) -> None:
        self.source, self.words_only = source, words_only
        self.busy: set[ast.AST] = set()  # an expression that needs itself adds nothing to the question
        self.culprit: ast.expr | None = None  # the innermost expression that is not safe

    def safe(self, e: ast.expr | None) -> bool:
        if e is None:
            return False
        if e in self.busy:
            return True
        self.busy.add(e)
        safe = self._safe(e)
        self.busy.discard(e)
        if not safe and self.culprit is None:
            self.culprit = e
        return safe

    def _safe(self, e: ast.expr) -> bool:
        match e:
            case ast.Constant() | ast.Compare() | ast.UnaryOp():
                return True
            case ast.BinOp(op=ast.Mult(), left=ast.Constant()) | ast.BinOp(op=ast.Mult(), right=ast.Constant()):
                return True
            case ast.BinOp(op=ast.Sub() | ast.Div() | ast.FloorDiv() | ast.Pow()):
                return True
            case ast.FormattedValue(format_spec=ast.JoinedStr() as spec) if NUMBER.fullmatch(ast.unparse(spec)[2:-1]):
                return True
            case ast.Name():
                return e.id.isupper() or all(map(self.safe, self._bound(e)))
            case ast.Attribute():
                return e.attr in FACTS or e.attr.startswith("n_") or e.attr.isupper() or self.safe(e.value)
            case ast.Subscript(value=ast.Call() as call, slice=ast.Constant(value=int() as place)) if (
                tuples := self._tuples(call)
            ):
                return all(self.safe(t.elts[place]) for t in tuples)
            case ast.Subscript() | ast.FormattedValue() | ast.Starred() | ast.NamedExpr():
                return self.safe(e.value)
            case ast.Lambda():
                return self.safe(e.body)
            case ast.IfExp():
                return self.safe(e.body) and self.safe(e.orelse)
            case ast.GeneratorExp() | ast.ListComp() | ast.SetComp():
                return self.safe(e.elt)
            case ast.DictComp():
                return self.safe(e.key) and self.safe(e.value)
            case ast.Dict():
                return all(key is None or self.safe(key) for key in e.keys) and all(map(self.safe, e.values))
            case ast.BinOp() | ast.BoolOp() | ast.JoinedStr() | ast.Tuple() | ast.List() | ast.Set():
                return all(self.safe(child) for child in ast.iter_child_nodes(e) if isinstance(child, ast.expr))
            case ast.Call():
                return self._call(e)
        return False

    def _bound(self, name: ast.Name) -> list[ast.expr | None]:
        node: ast.AST = name
        while node in self.source.parents:
            node = self.source.parents[node]
            if name.id in self.source.bound.get(node, {}):
                bound = self.source.bound[node][name.id]
                given = isinstance(node, ast.FunctionDef) and name.id in _arguments(node) and bound == [None]
                return self.source.given(node, name.id) if given else bound
        if name.id in (self.words_only, *SILENT, *THROUGH):  # a function that formats
            return []
        functions = self.source.functions(name.id, name)
        return [value for f in functions for value in _returned(f)] or [None]

    def _tuples(self, call: ast.Call) -> list[ast.Tuple]:
        """The tuples that a function of the pages returns; none where it returns anything else, too."""
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        values = [v for f in self.source.functions(name, call.func) for v in _returned(f)]
        return values if all(isinstance(v, ast.Tuple) for v in values) else []

    def _call(self, call: ast.Call) -> bool:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name == self.words_only or name in SILENT:
            return True
        if functions := self.source.functions(name, call):
            return all(self.safe(value) for f in functions for value in _returned(f))
        given = [*call.args, *(k.value for k in call.keywords)]
        if isinstance(call.func, ast.Attribute) and name in METHODS_THROUGH:
            return all(map(self.safe, (call.func.value, *given[name == "get" :])))
        return name in THROUGH and all(map(self.safe, given))


def _arguments(function: ast.FunctionDef) -> list[str]:
    """Names of the arguments of a function, those that are only given by name after all others."""
    args = function.args
    return [a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs)]


def _returned(function: ast.FunctionDef) -> list[ast.expr]:
    return [node.value for node in _own_nodes(function) if isinstance(node, ast.Return) and node.value is not None]
