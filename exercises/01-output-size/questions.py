"""Output size: how many places a window has, forwards and backwards, as a number and as a formula."""

from cnnmath.practice.author import Draw, Integer, Mistake, Question, ask, question


@question("output-size/valid", title="No padding, stride 1")
def valid(draw: Draw) -> Question:
    """Count the places of a kernel that stays inside the input."""
    n, k = draw.integer(12, 99), draw.integer(2, 9)
    return ask(
        f"A kernel of size {k} slides over {n} pixels, one pixel at a time, without padding. "
        "How many places has it?",
        answer=Integer.of("n - k + 1", "conv-size", n=n, k=k, s=1, p=0),
        hints=("How far can the kernel move from its first place?", "The first place counts as well."),
        solution=f"$({n} - {k}) + 1 = {n - k + 1}$",
        mistakes=(Mistake("steps", n - k, "You counted the steps; the first place counts as well."),),
    )
