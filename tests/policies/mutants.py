"""Small wrong turns of a module: a comparison flipped, a branch dropped, a condition forgotten."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

OPPOSITES: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.GtE, ast.LtE),
    ast.LtE: (ast.Gt, ast.Lt),
    ast.Gt: (ast.LtE, ast.GtE),
    ast.GtE: (ast.Lt, ast.Gt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
"""Also the neighbour: a threshold must have a case on it."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    line: int
    before: str
    after: str
    tree: ast.Module

    def __str__(self) -> str:
        return f"line {self.line}: {self.before}  ->  {self.after}"


def mutants(source: str) -> Iterator[Mutant]:
    """Each differs from the source in one place."""
    tree = ast.parse(source)
    places = [node for node in ast.walk(tree) if isinstance(node, ast.AST)]
    for index, node in enumerate(places):
        for after in alternatives(node):
            changed = copy.deepcopy(tree)
            twin = list(ast.walk(changed))[index]
            replacement = ast.copy_location(copy.deepcopy(after), node)
            Replace(twin, replacement).visit(changed)
            ast.fix_missing_locations(changed)
            line = getattr(node, "lineno", 0)
            yield Mutant(
                line=line, before=ast.unparse(node), after=ast.unparse(after), tree=changed
            )


class Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def alternatives(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left=left, ops=[operator], comparators=others):
            for other in OPPOSITES[type(operator)]:
                yield ast.Compare(left=left, ops=[other()], comparators=others)
        case ast.BoolOp(op=op, values=values):
            for index in range(len(values)):
                rest = [*values[:index], *values[index + 1 :]]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(op=op, values=rest)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.If(body=body, orelse=orelse):
            for value in (True, False):
                yield ast.If(test=ast.Constant(value), body=body, orelse=orelse)
        case ast.IfExp(body=body, orelse=orelse):
            yield body
            yield orelse
        case ast.comprehension(target=target, iter=items, ifs=[_, *_], is_async=is_async):
            yield ast.comprehension(target=target, iter=items, ifs=[], is_async=is_async)
