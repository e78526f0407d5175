# ruff: noqa: N815  (the names of methods are those of `ast.NodeVisitor`)
"""Which scope binds a name, and where it is read: the syntax tree as Python resolves names."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass
class Place:
    """Where a name is bound or read; a binding that reads the name itself is no fresh one."""

    node: ast.AST
    line: int
    fresh: bool = True


@dataclass
class Scope:
    """A module, class, function, lambda or comprehension with the names bound and read in it."""

    node: ast.AST
    parent: Scope | None = None
    bound: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    reads: dict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    outer: set[str] = field(default_factory=set)

    def owner(self, name: str) -> Scope | None:
        """Return the scope that a name read here belongs to."""
        scope: Scope | None = self
        while scope is not None:
            reached = scope is self or not isinstance(scope.node, ast.ClassDef)
            if reached and name in scope.bound and name not in scope.outer:
                return scope
            scope = scope.parent
        return None

    def span(self, name: str) -> int:
        """Return the most lines between a read of a name bound here and its last fresh binding."""
        fresh = sorted(place.line for place in self.bound[name] if place.fresh)
        fresh = fresh or [min(place.line for place in self.bound[name])]
        return max(
            (
                place.line - max((line for line in fresh if line <= place.line), default=place.line)
                for place in self.reads[name]
            ),
            default=0,
        )


class Reader(ast.NodeVisitor):
    """Collects the scopes of a module."""

    def __init__(self, tree: ast.Module) -> None:
        """Walk the whole module, then give every read to the scope that owns it."""
        self.scopes: list[Scope] = []
        self._reads: list[tuple[Scope, str, Place]] = []
        self._enter(tree)
        for node in tree.body:
            self.visit(node)
        for scope, name, place in self._reads:
            if (owner := scope.owner(name)) is not None:
                owner.reads[name].append(place)

    def visit_Name(self, node: ast.Name) -> None:
        """Note a read, or a binding that ends on its own line."""
        if isinstance(node.ctx, ast.Store):
            self._bind(node.id, node, node.lineno)
        else:
            self._read(node.id, node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Bind what stands on the left when the statement has ended."""
        self.visit(node.value)
        for target in node.targets:
            self._target(target, node.value, node.end_lineno)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """Bind a declared name, with a value or without."""
        self.visit(node.annotation)
        if node.value is not None:
            self.visit(node.value)
        self._target(node.target, node.value, node.end_lineno)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """Read what is changed."""
        self.visit(node.value)
        if isinstance(node.target, ast.Name):
            self._read(node.target.id, node.target)
            self._bind(node.target.id, node.target, node.lineno, fresh=False)
        else:
            self.visit(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        """Bind in the function that a comprehension stands in."""
        self.visit(node.value)
        scope = self._scope
        while isinstance(self._scope.node, Comprehension):
            assert self._scope.parent is not None
            self._scope = self._scope.parent
        self._bind(node.target.id, node.target, node.end_lineno or node.lineno)
        self._scope = scope

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """Bind the caught error."""
        if node.name:
            self._bind(node.name, node, node.lineno)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        """Bind what a pattern catches."""
        if node.name:
            self._bind(node.name, node, node.lineno)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        """Bind the rest of a pattern."""
        if node.name:
            self._bind(node.name, node, node.lineno)

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        """Leave a name to the scope around."""
        self._scope.outer |= set(node.names)

    visit_Nonlocal = visit_Global

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Bind what is imported."""
        for alias in node.names:
            self._bind((alias.asname or alias.name).split(".")[0], alias, node.lineno)

    visit_ImportFrom = visit_Import

    def visit_FunctionDef(self, node: Function) -> None:
        """Bind a function; its arguments and body are a scope of their own."""
        self._bind(node.name, node, node.lineno)
        for part in (*node.decorator_list, *([node.returns] if node.returns else ())):
            self.visit(part)
        self._arguments(node, node.args, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """Give a lambda its scope."""
        self._arguments(node, node.args, [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """Bind a class; its fields are a scope that functions in it do not see."""
        self._bind(node.name, node, node.lineno)
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        self._enter(node)
        for part in node.body:
            self.visit(part)
        self._leave()

    def _comprehension(self, node: Comprehension) -> None:
        self.visit(node.generators[0].iter)
        self._enter(node)
        for i, generator in enumerate(node.generators):
            if i:
                self.visit(generator.iter)
            self.visit(generator.target)
            for condition in generator.ifs:
                self.visit(condition)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        for part in parts:
            self.visit(part)
        self._leave()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def _arguments(self, node: ast.AST, args: ast.arguments, body: list[ast.AST]) -> None:
        every = [*args.posonlyargs, *args.args, *args.kwonlyargs]
        every += [arg for arg in (args.vararg, args.kwarg) if arg]
        for part in (*args.defaults, *args.kw_defaults, *(arg.annotation for arg in every)):
            if part is not None:
                self.visit(part)
        self._enter(node)
        for arg in every:
            self._bind(arg.arg, arg, arg.lineno)
        for part in body:
            self.visit(part)
        self._leave()

    def _target(self, target: ast.expr, value: ast.expr | None, end: int | None) -> None:
        own = (
            {node.id for node in ast.walk(value) if isinstance(node, ast.Name)} if value else set()
        )
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self._bind(node.id, node, end or node.lineno, fresh=node.id not in own)
            elif isinstance(node, ast.Name):
                self._read(node.id, node)

    def _bind(self, name: str, node: ast.AST, line: int, *, fresh: bool = True) -> None:
        scope = self._scope
        if name in scope.outer:
            self._read(name, node)
        else:
            scope.bound[name].append(Place(node, line, fresh))

    def _read(self, name: str, node: ast.AST) -> None:
        self._reads.append((self._scope, name, Place(node, node.lineno)))  # type: ignore[attr-defined]

    def _enter(self, node: ast.AST) -> None:
        parent = self._scope if self.scopes else None
        self._scope = Scope(node, parent)
        self.scopes.append(self._scope)

    def _leave(self) -> None:
        assert self._scope.parent is not None
        self._scope = self._scope.parent
