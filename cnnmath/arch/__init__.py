"""What a network is: layers as frozen data in families, and networks as checked graphs of named layers.

No arithmetic lives here: what a layer does to a shape, and what it stores, is in `cnnmath.rules`.
"""

from cnnmath.arch import catalog, layer, network, notation, pointwise, structure, windowed
from cnnmath.arch.catalog import *  # noqa: F403 - each file lists its public names once, in its own __all__
from cnnmath.arch.layer import *  # noqa: F403
from cnnmath.arch.network import *  # noqa: F403
from cnnmath.arch.notation import *  # noqa: F403
from cnnmath.arch.pointwise import *  # noqa: F403
from cnnmath.arch.structure import *  # noqa: F403
from cnnmath.arch.windowed import *  # noqa: F403

__all__ = []
__all__ += catalog.__all__
__all__ += layer.__all__
__all__ += network.__all__
__all__ += notation.__all__
__all__ += pointwise.__all__
__all__ += structure.__all__
__all__ += windowed.__all__
