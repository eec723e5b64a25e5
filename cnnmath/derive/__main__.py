"""`python -m cnnmath.derive` writes the shipped records anew."""

from cnnmath.derive.export import export

if __name__ == "__main__":
    print(f"{len(export())} records written")
