// Minimax coefficients, lowest first. Printed by tests/support/minimax.py, which says how.
#pragma once

namespace vecwrap {

/// (e^r - 1 - r) / r^2 for |r| <= ln 2; relative error of the function 1.5e-8.
inline constexpr double kExpF32[] = {
    0.5000003576278687,
    0.1666661500930786,
    0.041661158204078674,
    0.008335997350513935,
    0.0014106611488386989,
    0.00019633836927823722,
};

/// the same; relative error of the function 1.0e-17.
inline constexpr double kExpF64[] = {
    0.4999999999999993,
    0.16666666666666935,
    0.04166666666670211,
    0.008333333333270371,
    0.0013888888883577656,
    0.0001984126989242424,
    2.4801590828540276e-05,
    2.755730076949032e-06,
    2.755615851050539e-07,
    2.5055015626397474e-08,
    2.106228546995525e-09,
    1.5936561879765696e-10,
};

/// (erf(x) / x - 1/4) Q(u) at u = x^2 for |x| <= 3.92; relative error of the function 2.5e-8.
inline constexpr double kErfAbove[] = {
    23059.224609375,
    1703.2802734375,
    635.857421875,
    0.6080259680747986,
    -0.15063811838626862,
    -0.19617965817451477,
};

/// -log(1 - erf(x)) / x at x = t + 2.96875 for 0 <= x <= 5.9375; relative error of the function 7.0e-20.
inline constexpr double kErfF64[] = {
    3.5450292099370415,
    0.9091062640155549,
    0.01602866013522455,
    -0.0028446917601447903,
    0.0004892137008359058,
    -7.925758841370981e-05,
    1.1651263296648513e-05,
    -1.436170684967539e-06,
    1.1048231100883764e-07,
    9.861528476996305e-09,
    -7.087705986196061e-09,
    2.0808270787225543e-09,
    -4.85886836235882e-10,
    8.849986314169821e-11,
    -4.023566886979046e-12,
    7.633934691372516e-12,
    -9.450439798906196e-13,
    -2.99960580922865e-12,
    -1.1451554005135763e-12,
    2.55515935139442e-13,
    3.7761605613528857e-13,
    1.021458545596144e-13,
    -1.9861956179854242e-14,
    -1.9847561149506373e-14,
    -4.432698800697887e-15,
    2.5752310154090885e-16,
    3.4963316175550783e-16,
    8.057856060577682e-17,
    8.570145398924495e-18,
    3.6521415860096055e-19,
};

/// (2 atanh(s) / s - 2 - 2/3 w - 2/5 w^2) / w^3 at w = s^2 for |s| <= 1/5; relative error of the function 7.4e-13.
inline constexpr double kAtanhF32[] = {
    0.2857186794281006,
    0.22176644206047058,
    0.19682909548282623,
};

/// the same; relative error of the function 2.7e-21.
inline constexpr double kAtanhF64[] = {
    0.2857142857147045,
    0.22222222207436168,
    0.18181820259896908,
    0.1538446266051808,
    0.13339728498184153,
    0.11611447615330428,
    0.12464926299523893,
};

/// (sin(r) - r) / r^3 at w = r^2 for |r| <= 0.86; relative error of the function 7.3e-10.
inline constexpr double kSinF32[] = {
    -0.1666666716337204,
    0.008333326317369938,
    -0.00019832128600683063,
    2.636397994137951e-06,
};

/// the same; relative error of the function 3.4e-19.
inline constexpr double kSinF64[] = {
    -0.16666666666666666,
    0.008333333333333302,
    -0.000198412698413503,
    2.755731928266199e-06,
    -2.5052123121321695e-08,
    1.6060497061287614e-10,
    -7.670832629234416e-13,
};

/// (cos(r) - 1 + w / 2) / w^2 at w = r^2 for |r| <= 0.86; relative error of the function 4.1e-10.
inline constexpr double kCosF32[] = {
    0.04166663438081741,
    -0.0013886704109609127,
    2.4361816031159833e-05,
};

/// the same; relative error of the function 1.2e-20.
inline constexpr double kCosF64[] = {
    0.041666666666666664,
    -0.0013888888888888846,
    2.480158730174128e-05,
    -2.755731931982694e-07,
    2.08767793271427e-09,
    -1.1472986174828325e-11,
    4.847429958107873e-14,
};

/// erfc(z / sqrt 2) e^(z^2 / 2) Q(z) for 0 <= z <= 14.5; relative error of the function 2.6e-8.
inline constexpr double kGeluAboveF32[] = {
    97.7246322631836,
    85.52735900878906,
    35.702762603759766,
    7.901935577392578,
    0.7978939414024353,
};

/// erfc(z / sqrt 2) e^(z^2 / 2) Q(z) for 0 <= z <= 38.625; relative error of the function 1.9e-17.
inline constexpr double kGeluAboveF64[] = {
    1833570.4205946878,
    3029614.5639006915,
    2481869.340870323,
    1302299.3375821305,
    480170.34034413,
    129391.0142051421,
    25770.372757637306,
    3750.2050309620263,
    383.0356053566746,
    24.964875637806195,
    0.7978845608030624,
};

/// Q's coefficients, but for the highest, which is 1.
inline constexpr double kErfBelow[] = {
    26252.017578125,
    13180.34375,
    2995.517578125,
    392.95648193359375,
    30.517139434814453,
};

/// Q's coefficients, but for the highest, which is 1.
inline constexpr double kGeluBelowF32[] = {
    97.7246322631836,
    163.5003662109375,
    117.29447937011719,
    45.73200225830078,
    9.904243469238281,
};

/// Q's coefficients, but for the highest, which is 1.
inline constexpr double kGeluBelowF64[] = {
    1833570.4205946878,
    4492592.093638009,
    5149654.00007176,
    3652491.8874763083,
    1785270.546374408,
    633152.5066018511,
    166805.1952274873,
    32776.43642293647,
    4731.47381510274,
    481.06393928263424,
    31.28883157324318,
};

inline constexpr double kGeluBoundF32 = 14.5;
inline constexpr double kGeluBoundF64 = 38.625;

/// -2 sqrt(2 / pi) in two doubles.
inline constexpr double kGeluLinear[] = {-1.5957691216057308, 9.96930880911092e-17};

/// that times 0.044715 in two doubles.
inline constexpr double kGeluCubic[] = {-0.07135481627260025, 6.175149918155315e-19};

} // namespace vecwrap
