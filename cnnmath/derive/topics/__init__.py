"""The derivations, one file per topic and one function per derivation."""
