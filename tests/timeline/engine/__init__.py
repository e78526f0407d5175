"""Tests of the engines, and of what a refresh holds and keeps."""
