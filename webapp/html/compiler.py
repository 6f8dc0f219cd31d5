"""
What Jinja makes of our templates, made cheaper by the places where a page of many rows spends its time.

These are the hooks that Jinja has for it (`Environment.code_generator_class`, `Environment.context_class`); templates
are written, overridden and escaped as ever. Blocks write into a list, as macros do, rather than piece by piece through
everything that they are nested in. What is put out is escaped without a wrapper that would be thrown away at once. The
fields of our dataclasses are read without a search. A scoped block inside a loop is written out in the loop, for as
long as nobody has overridden it.
"""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields
from functools import reduce
from itertools import chain
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, cast

import markupsafe
from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, markup_join
from jinja2.tests import TESTS
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from webapp.html import context as pages

SPEAKING = (nodes.Block, nodes.Extends, nodes.Import, nodes.FromImport, nodes.Macro)
"""What a template has to do with others by."""
SINGLETONS = {"none": "None", "true": "True", "false": "False"}
"""Tests that ask whether something is the only one of its kind."""
SHARES = "shares_context"
"""What a template's function is marked with if it may be given its includer's context."""
SETTING = (nodes.Assign, nodes.AssignBlock, nodes.Import, nodes.FromImport, nodes.Macro)
"""What gives a name a meaning."""
OF_PYTHON = (FunctionType, MethodType)
PLAIN = (str, int)
"""Types whose values are no markup; others may be."""
OWN = {
    each: frozenset(field.name for field in fields(each)) for name in pages.__all__ for each in [getattr(pages, name)]
}
"""Our dataclasses with their fields."""
LOOP = frozenset({"index", "index0", "first", "last", "length"})
"""What the variable `loop` always has."""
FIELDS: Mapping[str, AbstractSet[type]] = {
    name: frozenset(each for each, its_own in {**OWN, LoopContext: LOOP}.items() if name in its_own)
    for name in LOOP.union(*OWN.values())
}
"""Which of our dataclasses, and of Jinja's, have a field of that name."""


escape_text: Callable[[str], str] = getattr(markupsafe, "_escape_inner", lambda text: str(escape(text)))
"""What escape() does to a plain text, without the wrapper around it; some versions keep it elsewhere."""


def html(value: Any) -> str:
    """What a template puts out: `escape(value)`, but text that nobody will ask whether it is safe."""
    if type(value) is Markup:
        return value
    return escape(value) if hasattr(value, "__html__") else escape_text(str(value))


def join(parts: tuple[Any, ...]) -> str:
    """What `a ~ b` is: safe as soon as one of them is."""
    for part in parts:
        if type(part) not in PLAIN:
            return markup_join(parts)
    return "".join(map(str, parts))


class PageMacro(Macro):
    """Jinja's, which can be called by its context without a search for where each argument goes."""

    def __init__(self, environment: Environment, function: Callable[..., str], *named: Any) -> None:
        super().__init__(environment, function, *named)
        special = self.catch_kwargs or self.catch_varargs or self.caller
        self.takes = -1 if special else len(self.arguments)
        """How many arguments it takes; -1 where it isn't that simple."""
        self.write = function


class PageContext(Context):
    """Jinja's, which calls macros and plain functions without asking them first whether they want anything else."""

    def call(
        self,
        function: Any,
        /,
        *args: Any,
        _loop_vars: dict[str, Any] | None = None,
        _block_vars: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> Any:
        """What the method of this name does."""
        kind = type(function)
        if kind is PageMacro:
            return self._call_macro(function, args, kwargs)
        if kind is BlockReference and not args and not kwargs:
            return function()
        if kind is BuiltinFunctionType or (kind in OF_PYTHON and not hasattr(function, "jinja_pass_arg")):
            try:
                return function(*args, **kwargs)
            except StopIteration:
                return self.environment.undefined(
                    "value was undefined because a callable raised a StopIteration exception"
                )
        return super().call(function, *args, _loop_vars=_loop_vars, _block_vars=_block_vars, **kwargs)

    def _call_macro(self, macro: PageMacro, args: tuple[Any, ...], named: dict[str, Any]) -> str:
        others = macro.arguments[len(args) :]
        if len(args) > macro.takes or not named.keys() <= {*others}:
            return macro(self.eval_ctx, *args, **named)
        written = macro.write(*args, *[named.get(name, missing) for name in others])
        return str.__new__(Markup, written) if self.eval_ctx.autoescape else written


class PageCodeGenerator(CodeGenerator):
    """Jinja's, with the differences that this module begins with."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802
        """A whole template."""
        self._fields: set[str] = set()
        self._macros = _macros(node)
        self._collects = node.find(nodes.Extends) is None
        super().visit_Template(cast("nodes.Template", _WriteOutBlocks(self.environment).visit(node)), frame)
        # Below the functions, whose names are looked up when they run: so this Macro is the one that is taken.
        self.writeline("from webapp.html.compiler import FIELDS, PageMacro as Macro, escape_text, html, join")
        for field in sorted(self._fields):
            self.writeline(f"with_{field} = FIELDS[{field!r}]")
        self.writeline(f"root.{SHARES} = {_only_shows(node)}")

    def blockvisit(self, body: Iterable[nodes.Node], frame: Frame) -> None:
        """Statements; those of a block are collected, and given as one, and so are those around the blocks."""
        whole = frame.block_frame or (frame.rootlevel and self._collects)
        if not whole or frame.buffer is not None:
            super().blockvisit(body, frame)
            return
        self.buffer(frame)
        super().blockvisit(body, frame)
        self.writeline(f"yield concat({frame.buffer})")

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:  # noqa: N802
        """`{% include "name" %}`, with the very context that is here where the template only shows what it holds."""
        name = node.template.value if isinstance(node.template, nodes.Const) else None
        if not isinstance(name, str) or not node.with_context or node.ignore_missing:
            super().visit_Include(node, frame)
            return
        own = self.dump_local_context(frame)
        self.writeline(f"template = environment.get_template({name!r}, {self.name!r})", node)
        context = f"template.new_context(context.get_all(), True, {own})"
        if own == "{}":
            context = f"context if getattr(template.root_render_func, {SHARES!r}, False) else {context}"
        self.writeline(f"{frame.buffer}.extend(" if frame.buffer is not None else "yield from (")
        self.write(f"template.root_render_func({context}))")

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        """`a.b`, without a search where `a` is one of our dataclasses and `b` one of its fields."""
        if node.attr not in FIELDS:
            super().visit_Getattr(node, frame)
            return
        value = self.temporary_identifier()
        self.write(f"({value}.{node.attr} if type({value} := ")
        self.visit(node.node, frame)
        self.write(f") in with_{node.attr} else environment.getattr({value}, {node.attr!r}))")
        self._fields.add(node.attr)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802
        """`a ~ b`"""
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape:
            super().visit_Concat(node, frame)
            return
        self.write("join((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:  # noqa: N802
        """`a is none` and the like, without a function that does no more."""
        found = SINGLETONS.get(node.name)
        if found is None or self.environment.tests[node.name] is not TESTS[node.name]:
            super().visit_Test(node, frame)
            return
        self.write("(")
        self.visit(node.node, frame)
        self.write(f" is {found})")

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        self._shown = ""
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        elif _is_safe(node):
            self.write("(")
        else:
            self._write_macro(node, frame)
            self._shown = self.temporary_identifier()
            self.write(f"(escape_text({self._shown}) if type({self._shown} := ")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if self._shown:
            self.write(f") is str else {self._shown} if type({self._shown}) is Markup else html({self._shown})")
        super()._output_child_post(node, frame, finalize)

    def _write_macro(self, node: nodes.Expr, frame: Frame) -> None:
        """`{{ macro(a, b) }}` as what the macro writes, which is safe; what comes after is for all else it may be."""
        if (
            not isinstance(node, nodes.Call)
            or not isinstance(node.node, nodes.Name)
            or node.node.name not in self._macros
        ):
            return
        if node.kwargs or node.dyn_args or node.dyn_kwargs:
            return
        macro = self.temporary_identifier()
        self.write(f"{macro}.write(")
        for argument in node.args:
            self.visit(argument, frame)
            self.write(", ")
        self.write(f") if type({macro} := ")
        self.visit(node.node, frame)
        self.write(f") is Macro and {macro}.takes == {len(node.args)} else ")


def _is_safe(node: nodes.Expr) -> bool:
    """Whether it is one of two texts of the template's own, and there's nothing to escape in either."""
    if not isinstance(node, nodes.CondExpr):
        return False
    texts = [each.value for each in (node.expr1, node.expr2) if isinstance(each, nodes.Const)]
    return len(texts) == 2 and all(isinstance(text, str) and escape(text) == text for text in texts)


def _only_shows(template: nodes.Template) -> bool:
    """Whether nothing that a template says of itself could be meant for, or seen by, another."""
    named = {name.name for name in template.find_all(nodes.Name)}
    given: list[nodes.Assign | nodes.AssignBlock] = [
        *template.find_all(nodes.Assign),
        *template.find_all(nodes.AssignBlock),
    ]
    return (
        not any(template.find(kind) for kind in SPEAKING)
        and named.isdisjoint({"self", "super"})
        and all(isinstance(each.target, nodes.InternalName) for each in given)
    )


def _macros(template: nodes.Template) -> AbstractSet[str]:
    """The names that macros have in a template, as far as it says so."""
    own = {macro.name for macro in template.find_all(nodes.Macro)}
    imported = (name for each in template.find_all(nodes.FromImport) for name in each.names)
    return own | {name if isinstance(name, str) else name[1] for name in imported}


class _WriteOutBlocks(NodeTransformer):
    """
    Puts beside a loop with a scoped block in it the same loop with what is in the block, for when it is the only one.

    To call such a block takes a new context for each time round, with copies of all that the page knows.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        """One loop."""
        self.generic_visit(node)
        plain = {each.name: _body(each) for each in node.body if isinstance(each, nodes.Block) and _is_plain(each)}
        if not plain or node.recursive or len(list(node.find_all(nodes.Block))) > len(plain):
            return node
        parts = [plain.get(each.name, [each]) if isinstance(each, nodes.Block) else [each] for each in node.body]
        written_out = nodes.For(node.target, node.iter, [*chain(*parts)], node.else_, node.test, False)
        test = reduce(nodes.And, map(_is_not_overridden, plain))
        return nodes.If(test, [written_out], [], [node]).set_lineno(node.lineno).set_environment(self._environment)


def _body(block: nodes.Block) -> list[nodes.Node]:
    """What is in a block, where what it sets stays its own."""
    return [nodes.Scope(block.body)] if any(block.find(kind) for kind in SETTING) else block.body


def _is_plain(block: nodes.Block) -> bool:
    """Whether it means the same without being a block."""
    named = {name.name for name in block.find_all(nodes.Name)}
    return block.scoped and not block.required and named.isdisjoint({"self", "super"})


def _is_not_overridden(name: str) -> nodes.Expr:
    """`context.blocks[name]|length == 1`"""
    blocks = nodes.Getattr(nodes.ContextReference(), "blocks", "load")
    versions = nodes.Getitem(blocks, nodes.Const(name), "load")
    count = nodes.Filter(versions, "length", [], [], None, None)
    return nodes.Compare(count, [nodes.Operand("eq", nodes.Const(1))])
