"""The Iverson-bracket index calculus: a few exact rules, from which every gradient follows."""
