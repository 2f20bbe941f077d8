"""The dense all-action contrastive loss (SPEC, section 4), as functions of tensors: it knows no model.

B users, N_h history positions, N_t target positions, K negatives, d the embeddings' width. Next-item prediction is the
same loss with fewer positives: each position's own next item.
"""

from __future__ import annotations

import torch


def accidental_hits(candidates: torch.Tensor, own_targets: torch.Tensor) -> torch.Tensor:
    """Which negatives a user has in its own target, so that they must not count as negatives.

    Args:
        candidates: [K] int64 item indices offered as negatives.
        own_targets: [..., T] int64 each user's (or position's) whole target, padded with -1.

    Returns:
        [..., K] bool, True = mask it.
    """
    width = int(torch.maximum(candidates.max(), own_targets.max())) + 2
    own = torch.zeros(*own_targets.shape[:-1], width, dtype=torch.bool, device=candidates.device)
    own.scatter_(-1, torch.where(own_targets < 0, width - 1, own_targets), True)
    return own[..., candidates]


def negatives_logsumexp(
    user_emb: torch.Tensor,
    negative_emb: torch.Tensor,
    masked: torch.Tensor,
    scale: torch.Tensor | float,
    log_expected: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
) -> torch.Tensor:
    """log of the summed exp s over the negatives, each divided by how often it is expected to be drawn.

    With ``log_expected`` (log-Q correction, Yi et al., RecSys 2019) the sum estimates the one over the whole catalogue
    without bias, whatever the negatives' sampling; without it popular items are over-counted as negatives.

    Args:
        user_emb: [..., d], for instance [B, N_h, d].
        negative_emb: [K, d].
        masked: [..., K] bool (or what broadcasts to it), True = not a negative for this user (at this position).
        scale: 1 / temperature.
        log_expected: [K] log of the expected number of draws of each item, or None.
        bias: [K] added to every logit, or None.

    Returns:
        [...]; -inf where every negative is masked.
    """
    offset = torch.zeros(len(negative_emb), device=user_emb.device)
    if bias is not None:
        offset = offset + bias
    if log_expected is not None:
        offset = offset - log_expected
    with torch.autocast(user_emb.device.type, enabled=False):  # a logit in bfloat16 would be off by up to 0.06
        # [..., K] is by far the largest tensor of a step, so as little as possible is done to it.
        logits = torch.addmm(offset, (scale * user_emb.float()).flatten(0, -2), negative_emb.float().T)
        return logits.view(*user_emb.shape[:-1], -1).masked_fill_(masked, -torch.inf).logsumexp(dim=-1)


def dense_all_action_loss(
    user_emb: torch.Tensor,
    item_emb: torch.Tensor,
    denominator: torch.Tensor,
    scale: torch.Tensor | float,
    bias: torch.Tensor | None = None,
    positives: torch.Tensor | None = None,
) -> torch.Tensor:
    """Mean over all B x N_h x N_t positives of -log( exp s+ / (exp s+ + exp denominator) ).

    Also known as the dense all-action loss of PinnerFormer (Pancha et al., KDD 2022). The paper sums; the mean differs
    by a constant factor and keeps the learning rate independent of the batch.

    Args:
        user_emb: [B, N_h, d], length 1.
        item_emb: [B, N_t, d], length 1.
        denominator: [B, N_h] from `negatives_logsumexp`: none of user i's own targets is in it.
        scale: 1 / temperature.
        bias: [B, N_t] added to the positives' logits, or None.
        positives: [B, N_h, N_t] bool, True = a positive pair; None: all are (the paper's).
    """
    with torch.autocast(user_emb.device.type, enabled=False):
        positive = scale * torch.einsum("bhd,btd->bht", user_emb.float(), item_emb.float())
    if bias is not None:
        positive = positive + bias[:, None, :]
    losses = against(positive, denominator[:, :, None])
    if positives is None:
        return losses.mean()
    return (losses * positives).sum() / positives.sum().clamp_min(1)


def pairs_loss(
    user_emb: torch.Tensor,
    item_emb: torch.Tensor,
    denominator: torch.Tensor,
    scale: torch.Tensor | float,
    bias: torch.Tensor | None = None,
) -> torch.Tensor:
    """As `dense_all_action_loss`, over a list of pairs: less work where few of B x N_h x N_t are positives.

    Args:
        user_emb, item_emb: [n, d] each of n positive pairs, length 1.
        denominator: [n] of the pair's history position.
        scale: 1 / temperature.
        bias: [n] added to the positives' logits, or None.
    """
    positive = scale * (user_emb.float() * item_emb.float()).sum(dim=-1)
    if bias is not None:
        positive = positive + bias
    return against(positive, denominator).sum() / max(1, len(positive))


def against(positive: torch.Tensor, denominator: torch.Tensor) -> torch.Tensor:
    """-log( exp s+ / (exp s+ + exp denominator) ) of logits ``positive`` and what broadcasts to them."""
    return torch.logaddexp(positive, denominator) - positive
