"""The code version: a part of every task's key, so that changed code never reuses old work."""

VERSION = "0.1.0"
