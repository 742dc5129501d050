"""Manyo (万葉): an evidence-carrying foundry for Japanese text."""
