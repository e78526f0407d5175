"""The first tables."""

from __future__ import annotations

from regulars.store.migrations.first import (
    company,
    faces,
    jobs,
    listen,
    prove,
    timeline,
    understand,
)

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table, those that others refer to first."""
    company.audit_entries()
    listen.catalog_version()
    understand.driver_costs()
    timeline.erasures()
    company.failed_attempts()
    understand.finding_wishes()
    understand.findings()
    faces.idempotency_keys()
    listen.identity_decisions()
    timeline.identity_links()
    listen.import_runs()
    timeline.inbox()
    listen.intake_refusals()
    listen.intake_repeats()
    jobs.job_runs()
    company.keys()
    timeline.leases()
    company.one_time_codes()
    company.place_versions()
    company.places()
    listen.profile_values()
    timeline.seen_events()
    company.staff()
    prove.targets()
    timeline.tombstones()
    understand.finding_quotes()
    listen.intake_refusal_people()
    jobs.job_run_steps()
    company.sessions()
    company.staff_places()
    prove.target_baselines()
