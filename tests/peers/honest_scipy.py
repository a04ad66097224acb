"""Honest objects of scipy: one expression a line, each made and pickled by itself."""

import functools
import importlib

import numpy as np
import scipy

NAMESPACE = {"np": np, "scipy": scipy, "functools": functools}
for _name in """
cluster cluster.hierarchy cluster.vq fft fftpack integrate interpolate io linalg linalg.interpolative ndimage odr optimize signal signal.windows
sparse sparse.linalg sparse.csgraph spatial spatial.distance spatial.transform special stats stats.qmc stats.mstats stats.sampling stats.contingency constants
""".split():
    try:
        NAMESPACE[_name.replace(".", "_")] = importlib.import_module("scipy." + _name)
    except ImportError:
        pass
NAMESPACE.update(
    x=np.linspace(0.0, 10.0, 30), y=np.sin(np.linspace(0.0, 10.0, 30)), points=np.random.RandomState(0).rand(30, 2), square=np.eye(3) * 2,
    dense=np.array([[0, 1.0, 0], [2.0, 0, 3.0], [0, 0, 4.0]]), sample=np.random.RandomState(1).randn(100), other=np.random.RandomState(2).randn(100),
)

FORMATS = "bsr coo csc csr dia dok lil".split()
SPARSE = (
    ["sparse.%s_matrix(dense)" % f for f in FORMATS] + ["sparse.%s_array(dense)" % f for f in FORMATS]
    + ["sparse.%s_matrix((3, 4), dtype='i1')" % f for f in FORMATS]
    + [
        "sparse.eye(4)", "sparse.random(50, 50, 0.1, 'csr', random_state=0)", "sparse.diags([1, 2], [0, 1], (3, 3))", "sparse.csr_matrix(dense).T", "sparse.csr_matrix(dense)[:2]", "[sparse.csr_matrix(dense)] * 2",
        "sparse.coo_array((np.ones(3), (np.arange(3),)))", "sparse.linalg.LinearOperator((3, 3), matvec=np.negative)", "sparse.linalg.aslinearoperator(dense)", "sparse.linalg.splu(sparse.csc_matrix(square))",
        "sparse.linalg.eigsh", "sparse.csgraph.shortest_path(dense)", "sparse.SparseEfficiencyWarning('x')", "sparse.linalg.ArpackNoConvergence('x', 1, 2)", "sparse.linalg.expm(sparse.csc_matrix(square))",
    ]
)
INTERPOLATE = [
    "interpolate.interp1d(x, y)", "interpolate.interp1d(x, y, kind='cubic')", "interpolate.interp1d(x, y, kind='nearest', bounds_error=False)", "interpolate.interp1d(x, y, kind='zero', fill_value='extrapolate')", "interpolate.interp1d(x, y, fill_value=(0, 1), bounds_error=False)",
    "interpolate.interp1d(x, y, kind='previous')", "interpolate.interp1d(x, y, kind='quadratic')", "interpolate.CubicSpline(x, y)", "interpolate.PchipInterpolator(x, y)", "interpolate.Akima1DInterpolator(x, y)", "interpolate.BarycentricInterpolator(x, y)", "interpolate.KroghInterpolator(x[:5], y[:5])",
    "interpolate.CubicHermiteSpline(x, y, y)", "interpolate.UnivariateSpline(x, y)", "interpolate.InterpolatedUnivariateSpline(x, y)", "interpolate.LSQUnivariateSpline(x, y, [5.0])", "interpolate.BSpline(np.arange(8), np.arange(4.0), 3)", "interpolate.make_interp_spline(x, y)",
    "interpolate.make_lsq_spline(x, y, np.r_[(x[0],) * 4, 5.0, (x[-1],) * 4])", "interpolate.PPoly(np.ones((2, 3)), np.arange(4))", "interpolate.BPoly(np.ones((2, 3)), np.arange(4))", "interpolate.NdPPoly(np.ones((2, 2, 3, 3)), (np.arange(4), np.arange(4)))",
    "interpolate.RegularGridInterpolator((np.arange(3), np.arange(4)), np.ones((3, 4)))", "interpolate.RectBivariateSpline(np.arange(5), np.arange(6), np.ones((5, 6)))", "interpolate.SmoothBivariateSpline(points[:, 0], points[:, 1], points[:, 0])",
    "interpolate.RectSphereBivariateSpline(np.linspace(0.1, 3, 6), np.linspace(0.1, 6, 7), np.ones((6, 7)))", "interpolate.LinearNDInterpolator(points, points[:, 0])", "interpolate.NearestNDInterpolator(points, points[:, 0])", "interpolate.CloughTocher2DInterpolator(points, points[:, 0])",
    "interpolate.Rbf(points[:, 0], points[:, 1], points[:, 0])", "interpolate.Rbf(points[:, 0], points[:, 1], points[:, 0], function='gaussian')", "interpolate.RBFInterpolator(points, points[:, 0])", "interpolate.splrep(x, y)", "interpolate.interp2d(np.arange(4), np.arange(4), np.ones((4, 4)))",
    "interpolate.AAA(x, y)", "interpolate.FloaterHormannInterpolator(x, y)", "interpolate.NdBSpline((np.arange(8.0),), np.arange(4.0), 3)",
]
SPATIAL = [
    "spatial.KDTree(points)", "spatial.cKDTree(points)", "spatial.KDTree(points, leafsize=3, boxsize=2.0)", "spatial.ConvexHull(points)", "spatial.Delaunay(points)", "spatial.Voronoi(points)", "spatial.SphericalVoronoi(np.eye(3))", "spatial.HalfspaceIntersection(np.array([[-1, 0.0, 0], [0, -1, 0], [1, 1, -1]]), np.array([0.2, 0.2]))",
    "spatial.Rectangle([1, 1], [0, 0])", "spatial.transform.Rotation.from_euler('x', 1.0)", "spatial.transform.Rotation.random(3, random_state=0)", "spatial.transform.Slerp([0, 1], spatial.transform.Rotation.from_euler('x', [0.0, 1.0]))",
    "spatial.transform.RotationSpline([0, 1], spatial.transform.Rotation.from_euler('x', [0.0, 1.0]))", "spatial.transform.RigidTransform.from_translation([1, 2, 3])", "spatial.distance.pdist(points)", "spatial.distance.euclidean", "spatial.distance.cosine", "[spatial.distance.cdist, spatial.distance.cityblock]",
    "spatial.procrustes(points, points)", "functools.partial(spatial.distance.minkowski, p=3)",
]
OPTIMIZE = [
    "optimize.minimize(_bowl, [1.0, 2.0])", "optimize.minimize(_bowl, [1.0, 2.0], method='L-BFGS-B')", "optimize.minimize(_bowl, [1.0, 2.0], method='Nelder-Mead')", "optimize.minimize(_bowl, [1.0], method='SLSQP')", "optimize.minimize_scalar(lambda v: v * v)", "optimize.linprog([1], bounds=[(1, 2)])",
    "optimize.root(lambda v: v - 1, [0.0])", "optimize.root_scalar(lambda v: v - 1, bracket=(0, 2))", "optimize.least_squares(lambda v: v - 1, [0.0])", "optimize.curve_fit(lambda v, a: a * v, [1, 2, 3], [2, 4, 6])", "optimize.OptimizeResult(x=1, fun=2)", "optimize.Bounds([0], [1])", "optimize.LinearConstraint(np.eye(2), 0, 1)",
    "optimize.NonlinearConstraint(np.sum, 0, 1)", "optimize.BFGS()", "optimize.SR1()", "optimize.differential_evolution(_bowl, [(-1, 1)], seed=0, maxiter=2)", "optimize.linear_sum_assignment(dense)", "optimize.nnls(square, np.ones(3))", "optimize.basinhopping(_bowl, [1.0], niter=1)", "optimize.OptimizeWarning('x')",
    "optimize.milp([1], bounds=optimize.Bounds([0], [1]))", "optimize.isotonic_regression([1, 3, 2])", "optimize.rosen", "optimize.dual_annealing(_bowl, [(-1, 1)], maxiter=2)", "optimize.shgo(_bowl, [(-1, 1)])", "optimize.brute(_bowl, [(-1, 1)], Ns=3)", "optimize.direct(_bowl, [(-1, 1)], maxiter=2)",
]
SIGNAL = [
    "signal.butter(3, 0.2)", "signal.butter(3, 0.2, output='sos')", "signal.lti([1], [1, 2])", "signal.dlti([1], [1, 2])", "signal.TransferFunction([1], [1, 2])", "signal.ZerosPolesGain([1], [2], 3)", "signal.StateSpace(square, square, square, square)", "signal.TransferFunction([1], [1, 2], dt=0.1)", "signal.ShortTimeFFT(np.hanning(16), 4, 100)",
    "signal.windows.hann(8)", "signal.windows.hann", "signal.find_peaks(y)", "signal.firwin(5, 0.2)", "signal.savgol_filter", "signal.CZT(8)", "signal.ZoomFFT(8, 0.1)", "signal.place_poles(square, square, [1.0, 2.0, 3.0])", "signal.BadCoefficients('x')", "signal.unit_impulse(3)", "signal.welch(y)",
]
STATS = [
    "stats.gaussian_kde(sample)", "stats.ttest_ind(sample, other)", "stats.ttest_1samp(sample, 0)", "stats.pearsonr(sample, other)", "stats.spearmanr(sample, other)", "stats.kendalltau(sample, other)", "stats.linregress(sample, other)", "stats.kstest(sample, 'norm')", "stats.ks_2samp(sample, other)", "stats.mannwhitneyu(sample, other)",
    "stats.wilcoxon(sample)", "stats.chisquare([10, 12, 9])", "stats.chi2_contingency([[10, 2], [3, 8]])", "stats.fisher_exact([[10, 2], [3, 8]])", "stats.shapiro(sample)", "stats.anderson(sample)", "stats.f_oneway(sample, other)", "stats.kruskal(sample, other)", "stats.friedmanchisquare(sample, other, sample)", "stats.describe(sample)",
    "stats.mode([1, 1, 2])", "stats.zscore(sample)", "stats.boxcox(np.abs(sample) + 1)", "stats.levene(sample, other)", "stats.bartlett(sample, other)", "stats.normaltest(sample)", "stats.skewtest(sample)", "stats.kurtosistest(sample)", "stats.jarque_bera(sample)", "stats.theilslopes(sample, other)", "stats.siegelslopes(sample, other)",
    "stats.binned_statistic(sample, other)", "stats.binned_statistic_dd([sample, other], sample)", "stats.cumfreq(sample)", "stats.relfreq(sample)", "stats.ecdf(sample)", "stats.bootstrap((sample,), np.mean, n_resamples=9)", "stats.permutation_test((sample, other), lambda a, b: np.mean(a) - np.mean(b), n_resamples=9)", "stats.monte_carlo_test(sample, stats.norm.rvs, np.mean, n_resamples=9)",
    "stats.rv_histogram(np.histogram(sample))", "stats.rv_histogram(np.histogram(sample)).freeze()", "stats.rv_discrete(values=([1, 2], [0.4, 0.6]))", "stats.multivariate_normal([0, 0], np.eye(2))", "stats.multivariate_t([0, 0], np.eye(2))", "stats.dirichlet([1, 2])", "stats.wishart(3, np.eye(2))", "stats.invwishart(3, np.eye(2))", "stats.multinomial(3, [0.4, 0.6])",
    "stats.matrix_normal(np.eye(2))", "stats.ortho_group(3)", "stats.special_ortho_group(3)", "stats.unitary_group(3)", "stats.random_correlation([0.5, 1.5])", "stats.multivariate_hypergeom([3, 4], 2)", "stats.vonmises_fisher([1, 0], 2)", "stats.uniform_direction(3)", "stats.dirichlet_multinomial([1, 2], 3)", "stats.random_table([1, 2], [2, 1])",
    "stats.multivariate_normal", "stats.dirichlet", "stats.qmc.Sobol(2, seed=0)", "stats.qmc.Halton(2, seed=0)", "stats.qmc.LatinHypercube(2, seed=0)", "stats.qmc.PoissonDisk(2, seed=0)", "stats.qmc.MultivariateNormalQMC([0, 0], seed=0)", "stats.Covariance.from_diagonal([1, 2])", "stats.Covariance.from_cholesky(np.eye(2))", "stats.Normal()", "stats.Uniform(a=0, b=1)",
    "stats.make_distribution(stats.gamma)", "stats.fit(stats.norm, sample)", "stats.goodness_of_fit(stats.norm, sample, n_mc_samples=9)", "stats.CensoredData([1, 2])", "stats.tukey_hsd(sample, other)", "stats.dunnett(sample, control=other)", "stats.page_trend_test([[1, 2, 3], [2, 3, 4]])", "stats.somersd([1, 2, 3], [3, 2, 1])", "stats.barnard_exact([[3, 2], [1, 4]])",
    "stats.boschloo_exact([[3, 2], [1, 4]])", "stats.binomtest(3, 10)", "stats.cramervonmises(sample, 'norm')", "stats.cramervonmises_2samp(sample, other)", "stats.epps_singleton_2samp(sample, other)", "stats.alexandergovern(sample, other)", "stats.poisson_means_test(1, 2, 3, 4)", "stats.sampling.NumericalInverseHermite(stats.norm())", "stats.sampling.TransformedDensityRejection",
    "stats.contingency.crosstab([1, 1], [2, 2])", "stats.contingency.relative_risk(1, 2, 3, 4)", "stats.contingency.odds_ratio([[10, 2], [3, 8]])", "stats.mstats.winsorize(sample)", "stats.sobol_indices", "stats.ConstantInputWarning('x')", "stats.FitError('x')", "stats.rankdata([3, 1])", "stats.sigmaclip(sample)", "stats.entropy", "functools.partial(stats.trim_mean, proportiontocut=0.1)",
    "stats.Mixture([stats.Normal()])", "stats.mstats.linregress(sample, other)", "stats.weightedtau(sample, other)", "stats.multiscale_graphcorr", "stats.logrank(sample, other)", "stats.quantile_test(sample)", "stats.expectile(sample)", "stats.Binomial(n=3, p=0.5)", "stats.truncate(stats.Normal(), lb=0)",
]
OTHERS = [
    "cluster.hierarchy.linkage(points)", "cluster.hierarchy.to_tree(cluster.hierarchy.linkage(points))", "cluster.hierarchy.DisjointSet([1, 2])", "cluster.vq.kmeans(points, 2, seed=0)", "integrate.solve_ivp(lambda t, v: -v, (0, 1), [1.0])", "integrate.solve_ivp(lambda t, v: -v, (0, 1), [1.0], dense_output=True)",
    "integrate.solve_ivp(lambda t, v: -v, (0, 1), [1.0], method='Radau', dense_output=True)", "integrate.solve_ivp(lambda t, v: -v, (0, 1), [1.0], method='LSODA', dense_output=True)", "integrate.solve_bvp(lambda a, b: np.vstack((b[1], -b[0])), lambda a, b: np.array([a[0], b[0] - 1]), np.linspace(0, 1, 5), np.zeros((2, 5)))",
    "integrate.quad", "integrate.IntegrationWarning('x')", "linalg.lu_factor(square)", "linalg.svd(square)", "linalg.LinAlgError('x')", "linalg.LinAlgWarning('x')", "linalg.norm", "ndimage.gaussian_filter", "ndimage.label(dense)", "odr.Model(_line)", "odr.Data(x, y)", "odr.RealData(x, y)", "odr.unilinear", "odr.polynomial(2)", "odr.ODR(odr.Data(x, y), odr.unilinear, [1.0, 1.0]).run()",
    "special.expit", "special.logit", "special.gamma", "special.softmax", "special.orthogonal.legendre(3)" , "special.legendre(3)", "special.hermite(2)", "special.jacobi(2, 1, 1)", "special.chebyt(3)", "special.laguerre(2)", "special.roots_legendre(3)", "[v for v in vars(special).values() if isinstance(v, np.ufunc)]", "functools.partial(special.logsumexp, axis=1)", "constants.physical_constants", "fft.fft",
    "fftpack.helper.fftfreq(4)", "io.matlab.mat_struct", "stats.norm.rvs", "integrate.ode(lambda t, v: v)", "integrate.RK45(lambda t, v: -v, 0, [1.0], 1)", "integrate.BDF(lambda t, v: -v, 0, [1.0], 1)", "optimize.LbfgsInvHessProduct(np.ones((2, 3)), np.ones((2, 3)))", "special.SpecialFunctionWarning('x')", "scipy.LowLevelCallable", "spatial.distance.squareform(spatial.distance.pdist(points))",
]


def _bowl(v):
    return float((np.asarray(v) ** 2).sum())


def _line(beta, v):
    return beta[0] * v


NAMESPACE.update(_bowl=_bowl, _line=_line)


def distributions():
    """Every continuous and discrete distribution: itself, frozen."""
    try:
        from scipy.stats import _distr_params
    except ImportError:
        return
    for name, shapes in _distr_params.distcont + _distr_params.distdiscrete:
        if isinstance(name, str):
            yield "stats.%s" % name
            yield "stats.%s(*%r)" % (name, tuple(shapes))
            yield "stats.%s(*%r, loc=1)" % (name, tuple(shapes))
    yield "[stats.norm, stats.gamma, stats.poisson]"
    yield "{'alpha': stats.uniform(0, 1), 'n': stats.randint(1, 5), 'l': stats.loguniform(1e-3, 1.0)}"


def expressions():
    """Yields the group's name and its expressions."""
    yield "sparse", SPARSE
    yield "interpolate", INTERPOLATE
    yield "spatial", SPATIAL
    yield "optimize", OPTIMIZE
    yield "signal", SIGNAL
    yield "stats", STATS
    yield "distributions", list(distributions())
    yield "others", OTHERS
