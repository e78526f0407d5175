"""Devices and telephones fold into the customers who have them."""

from __future__ import annotations

import ibis

from tests.simulate.study import Company


def test_devices_and_telephones_fold_into_their_customers(troubled: Company) -> None:
    rows = troubled.rows(
        lambda view: view.with_person().aggregate(
            identities=ibis._.identity_id.nunique(), people=ibis._.person_id.nunique()
        )
    )
    assert rows[0]["people"] < 0.8 * rows[0]["identities"]
