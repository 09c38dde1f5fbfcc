"""Typed register tables in, one row a participant out: linkage, flow, baseline, outcomes, build."""
