"""The store: models, migrations, versions, and whole tables in and out."""

from gridgeo.storage.conditions import scoped
from gridgeo.storage.contracts import CATCHMENTS, CERTIFICATES, CONTRACTS
from gridgeo.storage.engine import (
    BATCH,
    SERVING,
    Timeouts,
    limit_statements,
    open_engine,
    reading,
    store_exists,
    store_name,
    without_postgis,
)
from gridgeo.storage.fence import act_as, acting, whole_bank
from gridgeo.storage.frames import read_frame, write_frame
from gridgeo.storage.house import DEFAULT_HOUSE_DATUM, fix_house_datum, house_datum
from gridgeo.storage.logins import require_safe_login
from gridgeo.storage.measures import (
    keep_user_measures,
    lock_user_measures,
    score_definition,
    score_measures,
    sync_measures,
    user_measures,
    write_score_measures,
)
from gridgeo.storage.migrations import check_schema, downgrade, upgrade
from gridgeo.storage.runs import finish_run, record_step, run_steps, start_or_resume_run
from gridgeo.storage.scores import ScoreArrays, read_scores
from gridgeo.storage.versions import (
    COMPUTED,
    DATASETS,
    KINDS,
    VersionRecord,
    finish_version,
    list_versions,
    live,
    new_version,
    part_of,
    set_live,
    version_record,
)

__all__ = [
    "BATCH",
    "CATCHMENTS",
    "CERTIFICATES",
    "COMPUTED",
    "CONTRACTS",
    "DATASETS",
    "DEFAULT_HOUSE_DATUM",
    "KINDS",
    "SERVING",
    "ScoreArrays",
    "Timeouts",
    "VersionRecord",
    "act_as",
    "acting",
    "check_schema",
    "downgrade",
    "finish_run",
    "finish_version",
    "fix_house_datum",
    "house_datum",
    "keep_user_measures",
    "limit_statements",
    "list_versions",
    "live",
    "lock_user_measures",
    "new_version",
    "open_engine",
    "part_of",
    "read_frame",
    "read_scores",
    "reading",
    "record_step",
    "require_safe_login",
    "run_steps",
    "scoped",
    "score_definition",
    "score_measures",
    "set_live",
    "start_or_resume_run",
    "store_exists",
    "store_name",
    "sync_measures",
    "upgrade",
    "user_measures",
    "version_record",
    "whole_bank",
    "without_postgis",
    "write_frame",
    "write_score_measures",
]
