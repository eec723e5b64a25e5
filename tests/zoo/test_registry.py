"""The register: names, options, and answers to what it does not hold."""

from __future__ import annotations

import pytest

from cnnmath import measure, zoo
from cnnmath.errors import ArchitectureError, UnknownModel
from cnnmath.zoo.lenet import CONNECTIONS

LISTED = {
    "lenet5",
    "lenet5_modern",
    "alexnet",
    "alexnet_two_groups",
    "alexnet_one_tower",
    "zfnet",
    "vgg11",
    "vgg13",
    "vgg16",
    "vgg19",
    "vgg11_bn",
    "vgg13_bn",
    "vgg16_bn",
    "vgg19_bn",
    "nin",
    "googlenet",
    "googlenet_paper",
    "inception_v3",
    "inception_v4",
    "inception_resnet_v2",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnet18_paper",
    "resnet34_paper",
    "resnet50_paper",
    "resnet101_paper",
    "resnet152_paper",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "wide_resnet50_2",
    "wide_resnet101_2",
    "squeezenet1_0",
    "squeezenet1_1",
    "densenet121",
    "densenet161",
    "densenet169",
    "densenet201",
    "mobilenet_v1",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
    "shufflenet_v2_x0_5",
    "shufflenet_v2_x1_0",
    "shufflenet_v2_x1_5",
    "shufflenet_v2_x2_0",
    "mnasnet0_5",
    "mnasnet0_75",
    "mnasnet1_0",
    "mnasnet1_3",
    "xception",
    "efficientnet_b0",
    "efficientnet_b1",
    "efficientnet_b2",
    "efficientnet_b3",
    "efficientnet_b4",
    "convnext_tiny",
    "convnext_small",
    "convnext_base",
    "convnext_large",
    "unet",
    "unet_same",
    "tiny_vgg",
    "d2l_lenet",
    "nielsen_one_conv",
}


def test_the_networks_one_would_look_for_are_there():
    """Every network of the plan is registered, torchvision's under torchvision's names."""
    assert not LISTED - set(zoo.models())


def test_networks_are_built_once():
    """Asking twice gives the same object; networks cannot be changed, so that is safe."""
    assert zoo.model("vgg16") is zoo.model("vgg16")


def test_unknown_networks_suggest_near_misses():
    """A wrong name is answered with names that look like it."""
    with pytest.raises(UnknownModel, match=r'no network "resnet-50"\. Did you mean resnet50') as refusal:
        zoo.model("resnet-50")
    assert refusal.value.suggestions[0] == "resnet50"
    with pytest.raises(UnknownModel):
        zoo.entry("")


def test_options_are_checked():
    """An unknown option or a value of another kind is refused, with the options named."""
    with pytest.raises(ArchitectureError, match=r"one of its options \(shortcut\).*Did you mean shortcut\?"):
        zoo.model("resnet50_paper", shortcuts="A")
    with pytest.raises(ArchitectureError, match="one of its options \\(none\\)"):
        zoo.model("vgg16", width=2)
    with pytest.raises(
        ArchitectureError, match=r"option width: expected a value of the kind of 1\.0, got '0\.5'"
    ):
        zoo.model("mobilenet_v1", width="0.5")
    with pytest.raises(ArchitectureError, match="shortcut: expected"):
        zoo.model("resnet50_paper", shortcut="C")
    with pytest.raises(ArchitectureError, match="expected a whole number of at least 1, got 0"):
        zoo.model("mobilenet_v1", width=0)


def test_connection_table_of_lenet5():
    """Table I: six maps see three neighbors, six four, three two pairs, one all: 60 connections."""
    assert CONNECTIONS[0] == (0, 1, 2)
    assert CONNECTIONS[5] == (0, 1, 5)
    assert CONNECTIONS[6] == (0, 1, 2, 3)
    assert CONNECTIONS[11] == (0, 1, 2, 5)
    assert CONNECTIONS[12:15] == ((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5))
    assert CONNECTIONS[15] == (0, 1, 2, 3, 4, 5)
    assert sum(map(len, CONNECTIONS)) == 60


def test_network_in_network_by_hand():
    """The ImageNet network in network, counted from the layers of the authors' Caffe definition.

    We know of no published total, so this is the second route: kernel, input and output maps by layer.
    """
    plan = [
        *((11, 3, 96), (1, 96, 96), (1, 96, 96)),
        *((5, 96, 256), (1, 256, 256), (1, 256, 256)),
        *((3, 256, 384), (1, 384, 384), (1, 384, 384)),
        *((3, 384, 1024), (1, 1024, 1024), (1, 1024, 1000)),
    ]
    by_hand = sum(side * side * before * after + after for side, before, after in plan)
    assert measure.parameters(zoo.model("nin")) == by_hand == 7_595_176


def test_auxiliary_heads_do_not_change_a_forward_pass():
    """Heads add parameters, and operations only in training; small inputs need not fit them."""
    with_heads, without = zoo.model("inception_v3"), zoo.model("inception_v3", auxiliary=False)
    assert measure.parameters(with_heads) - measure.parameters(without) == 27_161_264 - 23_834_568
    assert measure.macs(with_heads) == measure.macs(without)
    assert measure.macs(with_heads, training=True) > measure.macs(without)
    assert round(measure.macs(with_heads, (3, 224, 224)) / 1e9, 3) == 2.838
    with pytest.raises(ArchitectureError, match="This node runs in training only"):
        measure.parameters(with_heads, (3, 224, 224))


def test_shortcut_a_of_resnet_has_no_parameters():
    """With shortcut A no convolution stands beside a block, and shapes agree (He et al. 2015)."""
    net = zoo.model("resnet50_paper", shortcut="A")
    assert not [node for node in net if "shortcut" in node.name]
    assert measure.parameters(net) == 22_780_456


def test_one_stage_after_the_other():
    """A network's stages follow each other; no stage is interrupted by another."""
    for entry in zoo.entries():
        stages = [node.stage for node in zoo.model(entry.name) if node.stage]
        changes = [stage for before, stage in zip(["", *stages], stages, strict=False) if stage != before]
        assert len(changes) == len(set(changes)), entry.name
