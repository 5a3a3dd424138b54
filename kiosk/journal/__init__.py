"""The journal room: entries, streams and their proofs. It knows no feature."""
