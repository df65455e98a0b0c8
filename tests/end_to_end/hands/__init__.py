"""Hands that do anything at all: on the canvas, on blocks, in panes, with whole drawings."""
