"""The touchpoints that a recipe's answers are about, for catalogs that do not have them yet."""

from __future__ import annotations

import msgspec

from regulars.kit.text import Text
from regulars.listen.catalog.model import Area, Catalog, Touchpoint


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A touchpoint as a recipe declares it: its key, its name, where it stands, its weight."""

    key: str
    en: str
    zh: str
    stage: str
    area: Area = Area.SERVICE
    weight: float = 1.0

    def touchpoint(self, catalog: Catalog) -> Touchpoint:
        """Return it as a touchpoint of a catalog, in its last stage where it lacks the own one."""
        stage = self.stage if catalog.stage(self.stage) else catalog.stages[-1].key
        return Touchpoint(self.key, Text(self.en, self.zh), stage, self.area, weight=self.weight)
