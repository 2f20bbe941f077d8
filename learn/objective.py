"""The dense all-action contrastive loss (SPEC, section 4), as functions of tensors: it knows no model.

B users, N_h history positions, N_t target positions, M catalogue negatives, d the embeddings' width.
"""

from __future__ import annotations

import torch


def accidental_hits(candidates: torch.Tensor, own_targets: torch.Tensor) -> torch.Tensor:
    """Which negatives a user has in its own target, so that they must not count as negatives.

    Args:
        candidates: [K] int64 item indices offered as negatives.
        own_targets: [B, T] int64 each user's whole target, padded with -1.

    Returns:
        [B, K] bool, True = mask it.
    """
    own = own_targets.sort(dim=1).values
    place = torch.searchsorted(own, candidates.expand(len(own), -1).contiguous()).clamp(max=own.shape[1] - 1)
    return own.gather(1, place) == candidates


def negative_log_mass(
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
        user_emb: [B, N_h, d].
        negative_emb: [K, d].
        masked: [B, K] bool, True = not a negative for this user.
        scale: 1 / temperature.
        log_expected: [K] log of the expected number of draws of each item, or None.
        bias: [K] added to every logit, or None.

    Returns:
        [B, N_h]; -inf where every negative is masked.
    """
    logits = scale * (user_emb @ negative_emb.T)
    if bias is not None:
        logits = logits + bias
    if log_expected is not None:
        logits = logits - log_expected
    return logits.masked_fill(masked[:, None, :], -torch.inf).logsumexp(dim=-1)


def dense_all_action_loss(
    user_emb: torch.Tensor,
    item_emb: torch.Tensor,
    log_mass: torch.Tensor,
    scale: torch.Tensor | float,
    bias: torch.Tensor | None = None,
) -> torch.Tensor:
    """Mean over all B x N_h x N_t positives of -log( exp s+ / (exp s+ + negative mass) ).

    Also known as the dense all-action loss of PinnerFormer (Pancha et al., KDD 2022). The paper sums; the mean differs
    by a constant factor and keeps the learning rate independent of the batch.

    Args:
        user_emb: [B, N_h, d], length 1.
        item_emb: [B, N_t, d], length 1.
        log_mass: [B, N_h] from `negative_log_mass`: none of user i's own targets is in it.
        scale: 1 / temperature.
        bias: [B, N_t] added to the positives' logits, or None.
    """
    positive = scale * torch.einsum("bhd,btd->bht", user_emb, item_emb)
    if bias is not None:
        positive = positive + bias[:, None, :]
    return (torch.logaddexp(positive, log_mass[:, :, None]) - positive).mean()
