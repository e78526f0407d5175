"""import-linter's contracts of our own: the roles inside a noun, and the door between nouns."""

from __future__ import annotations

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

ROLES = ("commands", "pages", "api", "service", "queries", "tables", "model")
"""From top to bottom; commands, pages and api stand side by side; a declaration (`analysis`) loads
no engine, so it imports the model alone."""
LEVEL = {
    "commands": 5, "pages": 5, "api": 5, "service": 4, "queries": 3, "tables": 2, "model": 1,
    "analysis": 1,
}  # fmt: skip
DOORS = ("service", "model")


class NounRoles(Contract):
    """Imports go down the roles; another noun is entered only by its service or model.

    `nouns_of` lists the floors that hold nouns. A module that is no role (a part of the noun's
    own making) may be imported inside its noun only. `open_modules` may be imported by anyone.
    """

    nouns_of = fields.ListField(subfield=fields.StringField())
    open_modules = fields.ListField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Collect every import that goes up a role or past a door."""
        broken = []
        for importer in sorted(graph.modules):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                reason = self._reason(graph, importer, imported)
                if reason:
                    broken.append(f"{importer} -> {imported}: {reason}")
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import."""
        for line in check.metadata["broken"]:
            output.print_error(line)

    def _reason(self, graph: ImportGraph, importer: str, imported: str) -> str | None:
        target = self._noun(imported)
        if target == imported and not graph.find_children(imported):
            return None  # a module of the floor itself, such as its policy
        if target is None or imported in (self.open_modules or []):
            return None
        if self._noun(importer) == target:
            upper, lower = LEVEL.get(_role(importer)), LEVEL.get(_role(imported))
            if upper is not None and lower is not None and upper < lower:
                return f"{_role(importer)} lies below {_role(imported)}"
            return None
        if importer == "regulars.app" or _role(imported) in DOORS:
            return None
        return "another noun is entered by its service or model"

    def _noun(self, module: str) -> str | None:
        """Return the noun (floor.noun) that a module belongs to."""
        for floor in self.nouns_of:
            prefix = f"{floor}."
            if module.startswith(prefix):
                return prefix + module.removeprefix(prefix).split(".")[0]
        return None


def _role(module: str) -> str:
    return module.rsplit(".", 1)[-1]
