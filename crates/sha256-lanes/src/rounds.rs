//! What every implementation shares: the constants of FIPS 180-4 and, for those that work on whole words, the
//! sixty-four rounds.

/// Bytes of a block.
pub(crate) const BLOCK: usize = 64;

/// Section 5.3.3: the value that a state begins with.
pub(crate) const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Section 4.2.2: the constants of the rounds, in four turns of sixteen.
pub(crate) const KEYS: [[u32; 16]; 4] = [
    [
        0x428a_2f98,
        0x7137_4491,
        0xb5c0_fbcf,
        0xe9b5_dba5,
        0x3956_c25b,
        0x59f1_11f1,
        0x923f_82a4,
        0xab1c_5ed5,
        0xd807_aa98,
        0x1283_5b01,
        0x2431_85be,
        0x550c_7dc3,
        0x72be_5d74,
        0x80de_b1fe,
        0x9bdc_06a7,
        0xc19b_f174,
    ],
    [
        0xe49b_69c1,
        0xefbe_4786,
        0x0fc1_9dc6,
        0x240c_a1cc,
        0x2de9_2c6f,
        0x4a74_84aa,
        0x5cb0_a9dc,
        0x76f9_88da,
        0x983e_5152,
        0xa831_c66d,
        0xb003_27c8,
        0xbf59_7fc7,
        0xc6e0_0bf3,
        0xd5a7_9147,
        0x06ca_6351,
        0x1429_2967,
    ],
    [
        0x27b7_0a85,
        0x2e1b_2138,
        0x4d2c_6dfc,
        0x5338_0d13,
        0x650a_7354,
        0x766a_0abb,
        0x81c2_c92e,
        0x9272_2c85,
        0xa2bf_e8a1,
        0xa81a_664b,
        0xc24b_8b70,
        0xc76c_51a3,
        0xd192_e819,
        0xd699_0624,
        0xf40e_3585,
        0x106a_a070,
    ],
    [
        0x19a4_c116,
        0x1e37_6c08,
        0x2748_774c,
        0x34b0_bcb5,
        0x391c_0cb3,
        0x4ed8_aa4a,
        0x5b9c_ca4f,
        0x682e_6ff3,
        0x748f_82ee,
        0x78a5_636f,
        0x84c8_7814,
        0x8cc7_0208,
        0x90be_fffa,
        0xa450_6ceb,
        0xbef9_a3f7,
        0xc671_78f2,
    ],
];

/// Section 6.2.2 for one block, or for one block of each lane where a word is a vector.
///
/// Takes the state `[word; 8]` and the message `[word; 16]`, both by value, and gives the next state. Where it
/// is used, the functions `add`, `splat`, `choose`, `majority`, `big_sigma0`, `big_sigma1`, `small_sigma0` and
/// `small_sigma1` are those of the word.
macro_rules! rounds {
    ($state:expr, $message:expr) => {{
        let state = $state;
        let mut w = $message;
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        let [first, later @ ..] = &$crate::rounds::KEYS;

        macro_rules! round {
            ($keys:ident, $i:literal, $a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident) => {
                let keyed = add($h, add(w[$i], splat($keys[$i])));
                let sum = add(add(keyed, choose($e, $f, $g)), big_sigma1($e));
                $d = add($d, sum);
                $h = add(add(sum, majority($a, $b, $c)), big_sigma0($a));
            };
        }
        macro_rules! scheduled {
            ($keys:ident, $i:literal $i1:literal $i9:literal $i14:literal, $a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident) => {
                w[$i] = add(
                    add(w[$i], small_sigma0(w[$i1])),
                    add(w[$i9], small_sigma1(w[$i14])),
                );
                round!($keys, $i, $a $b $c $d $e $f $g $h);
            };
        }

        round!(first, 0, a b c d e f g h);
        round!(first, 1, h a b c d e f g);
        round!(first, 2, g h a b c d e f);
        round!(first, 3, f g h a b c d e);
        round!(first, 4, e f g h a b c d);
        round!(first, 5, d e f g h a b c);
        round!(first, 6, c d e f g h a b);
        round!(first, 7, b c d e f g h a);
        round!(first, 8, a b c d e f g h);
        round!(first, 9, h a b c d e f g);
        round!(first, 10, g h a b c d e f);
        round!(first, 11, f g h a b c d e);
        round!(first, 12, e f g h a b c d);
        round!(first, 13, d e f g h a b c);
        round!(first, 14, c d e f g h a b);
        round!(first, 15, b c d e f g h a);
        for keys in later {
            scheduled!(keys, 0 1 9 14, a b c d e f g h);
            scheduled!(keys, 1 2 10 15, h a b c d e f g);
            scheduled!(keys, 2 3 11 0, g h a b c d e f);
            scheduled!(keys, 3 4 12 1, f g h a b c d e);
            scheduled!(keys, 4 5 13 2, e f g h a b c d);
            scheduled!(keys, 5 6 14 3, d e f g h a b c);
            scheduled!(keys, 6 7 15 4, c d e f g h a b);
            scheduled!(keys, 7 8 0 5, b c d e f g h a);
            scheduled!(keys, 8 9 1 6, a b c d e f g h);
            scheduled!(keys, 9 10 2 7, h a b c d e f g);
            scheduled!(keys, 10 11 3 8, g h a b c d e f);
            scheduled!(keys, 11 12 4 9, f g h a b c d e);
            scheduled!(keys, 12 13 5 10, e f g h a b c d);
            scheduled!(keys, 13 14 6 11, d e f g h a b c);
            scheduled!(keys, 14 15 7 12, c d e f g h a b);
            scheduled!(keys, 15 0 8 13, b c d e f g h a);
        }

        [
            add(state[0], a),
            add(state[1], b),
            add(state[2], c),
            add(state[3], d),
            add(state[4], e),
            add(state[5], f),
            add(state[6], g),
            add(state[7], h),
        ]
    }};
}
