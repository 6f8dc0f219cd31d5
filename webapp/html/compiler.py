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
from typing import Any, cast

import markupsafe
from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from webapp.html import context as pages

OWN = {
    each: frozenset(field.name for field in fields(each)) for name in pages.__all__ for each in [getattr(pages, name)]
}
"""Our dataclasses with their fields."""
FIELDS: Mapping[str, AbstractSet[type]] = {
    name: frozenset(each for each, its_fields in OWN.items() if name in its_fields)
    for name in frozenset[str]().union(*OWN.values())
}
"""Which of our dataclasses have a field of that name."""


_escape_text: Callable[[str], str] = getattr(markupsafe, "_escape_inner", lambda text: str(escape(text)))
"""What escape() does to a plain text, without the wrapper around it; some versions keep it elsewhere."""


def html(value: Any) -> str:
    """What a template puts out: `escape(value)`, but text that nobody will ask whether it is safe."""
    if type(value) is str:
        return _escape_text(value)
    return value if type(value) is Markup else escape(value)  # Also what is a str, but not exactly one.


class PageContext(Context):
    """Jinja's, which calls a macro without asking it first whether it wants anything else."""

    def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """What the method of this name does."""
        if type(function) is not Macro:
            return super().call(function, *args, **kwargs)
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return function(self.eval_ctx, *args, **kwargs)


class PageCodeGenerator(CodeGenerator):
    """Jinja's, with the differences that this module begins with."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802
        """A whole template."""
        self._fields: set[str] = set()
        self.writeline("from webapp.html.compiler import FIELDS, html")
        super().visit_Template(cast("nodes.Template", _WriteOutBlocks(self.environment).visit(node)), frame)
        for field in sorted(self._fields):
            self.writeline(f"with_{field} = FIELDS[{field!r}]")

    def blockvisit(self, body: Iterable[nodes.Node], frame: Frame) -> None:
        """Statements; those of a block are collected, and given as one."""
        if not frame.block_frame or frame.buffer is not None:
            super().blockvisit(body, frame)
            return
        self.buffer(frame)
        super().blockvisit(body, frame)
        self.writeline(f"yield concat({frame.buffer})")

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

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("html(")


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
        plain = [each.name for each in node.body if isinstance(each, nodes.Block) and _is_plain(each)]
        if not plain or node.recursive or len(list(node.find_all(nodes.Block))) > len(plain):
            return node
        body = [
            nodes.Scope(each.body) if isinstance(each, nodes.Block) and each.name in plain else each
            for each in node.body
        ]
        written_out = nodes.For(node.target, node.iter, body, node.else_, node.test, False)
        test = reduce(nodes.And, map(_is_not_overridden, plain))
        return nodes.If(test, [written_out], [], [node]).set_lineno(node.lineno).set_environment(self._environment)


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
