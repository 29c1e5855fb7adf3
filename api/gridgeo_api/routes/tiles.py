"""Vector tiles."""

from fastapi import APIRouter

router = APIRouter(tags=["tiles"])
