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

/// -log(1 - erf(x)) / x - 1.128379225730896 for 0 <= x <= 3.95; relative error of the function 4.0e-9.
inline constexpr double kErfF32[] = {
    -5.412076475863614e-08,
    0.6366193890571594,
    0.10277775675058365,
    -0.01915280520915985,
    -0.0001608171733096242,
    0.0016673796344548464,
    -0.0006329886382445693,
    0.00011767170508392155,
    -9.258242243959103e-06,
};

} // namespace vecwrap
