//! Ranking by completion rate, then by deviation; equal values share a rank.

use std::cmp::Reverse;

use crate::domain::rate::Hundredths;

/// Sort key of a ranking.
///
/// It uses the rounded figures that are displayed, so that rows with equal figures get equal ranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Standing {
    /// Completion rate in per cent.
    pub completion: Hundredths,
    /// Deviation in percentage points.
    pub deviation: Hundredths,
}

/// Rank of each of `standings`: 1 is best; ties share a rank and the next rank is skipped (1, 2, 2,
/// 4).
///
/// An entry without a rate gets no rank.
pub(crate) fn ranks(standings: &[Option<Standing>]) -> Vec<Option<i64>> {
    let mut ordered: Vec<Standing> = standings.iter().flatten().copied().collect();
    ordered.sort_by_key(|standing| Reverse(*standing));
    let rank = |standing: Standing| {
        let better = ordered.partition_point(|other| *other > standing);
        i64::try_from(better).map_or(i64::MAX, |better| better + 1)
    };
    standings.iter().map(|standing| standing.map(rank)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn standing(completion: i64, deviation: i64) -> Standing {
        let (completion, deviation) = (Hundredths::new(completion), Hundredths::new(deviation));
        Standing { completion, deviation }
    }

    #[test]
    fn ties_share_a_rank_and_the_next_is_skipped() {
        let all = [
            Some(standing(9_716, 100)),
            Some(standing(4_667, -500)),
            None,
            Some(standing(9_716, 100)),
            Some(standing(9_716, 300)),
            Some(standing(4_667, -501)),
        ];

        assert_eq!(ranks(&all), [Some(2), Some(4), None, Some(2), Some(1), Some(5)]);
    }

    proptest! {
        #[test]
        fn a_rank_is_one_more_than_how_many_are_better(
            given in proptest::collection::vec((0_i64..5, 0_i64..3), 0..30),
        ) {
            let all: Vec<_> = given.iter().map(|(c, d)| Some(standing(*c, *d))).collect();
            for (rank, own) in ranks(&all).into_iter().zip(&given) {
                let better = given.iter().filter(|other| *other > own).count();
                prop_assert_eq!(rank, Some(i64::try_from(better).unwrap() + 1));
            }
        }
    }
}
