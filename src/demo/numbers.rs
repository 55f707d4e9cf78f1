//! Deterministic pseudo-random numbers, and exact splitting of sums.

use crate::domain::money::Fen;

/// One 万元, in 分.
pub(super) const WAN: i64 = 1_000_000;

/// `SplitMix64` (Steele, Lea, Flood 2014): small, and identical on every machine and in every
/// version.
#[derive(Clone, Debug)]
pub(crate) struct Numbers(u64);

impl Numbers {
    /// A generator with this seed.
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `least` to `most`, both inclusive.
    pub(crate) fn between(&mut self, least: i64, most: i64) -> i64 {
        let span = u64::try_from(most - least).unwrap_or(0) + 1;
        least + i64::try_from(self.draw() % span).unwrap_or(0)
    }

    /// True with a probability of `percent` per cent.
    pub(crate) fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }
}

/// Splits `whole` by `weights` into multiples of `unit`. The remainder goes to the largest part, so
/// that the parts always sum to `whole`.
pub(crate) fn split(whole: Fen, weights: &[i64], unit: i64) -> Vec<Fen> {
    let sum: i128 = weights.iter().map(|w| i128::from(*w)).sum();
    if sum == 0 {
        return weights.iter().map(|_| Fen::ZERO).collect();
    }
    let part = |weight: &i64| {
        let exact = i128::from(whole.get()) * i128::from(*weight) / sum;
        Fen::new(i64::try_from(exact).unwrap_or(0) / unit * unit)
    };
    let mut parts: Vec<Fen> = weights.iter().map(part).collect();
    let rest = whole - parts.iter().copied().sum();
    let heaviest = weights.iter().zip(0..).max_by_key(|(w, at)| (**w, -*at)).map(|(_, at)| at);
    if let Some(part) =
        heaviest.and_then(|at| usize::try_from(at).ok()).and_then(|at| parts.get_mut(at))
    {
        *part += rest;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_numbers_are_the_published_ones() {
        // Reference values of SplitMix64 for seed 1234567.
        let mut numbers = Numbers::new(1_234_567);
        assert_eq!(numbers.draw(), 6_457_827_717_110_365_317);
        assert_eq!(numbers.draw(), 3_203_168_211_198_807_973);
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_whole(
            whole in 0_i64..10_i64.pow(15),
            weights in proptest::collection::vec(1_i64..1_000, 1..30),
        ) {
            let parts = split(Fen::new(whole), &weights, 1_000_000);
            prop_assert_eq!(parts.iter().copied().sum::<Fen>(), Fen::new(whole));
            prop_assert!(parts.iter().all(|p| !p.is_negative()));
        }
    }
}
