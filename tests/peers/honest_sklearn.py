"""Honest scikit-learn: every estimator, unfitted and fitted on small data, and what else is dumped with it."""

import functools
import inspect

import numpy as np
import sklearn

try:
    from sklearn.utils import all_estimators
except ImportError:
    from sklearn.utils.testing import all_estimators

for _experimental in ("enable_iterative_imputer", "enable_halving_search_cv", "enable_hist_gradient_boosting"):
    try:
        __import__("sklearn.experimental." + _experimental)
    except ImportError:
        pass

RANDOM = np.random.RandomState(0)
ROWS = 60
FEATURES = RANDOM.rand(ROWS, 4)
CLASSES = np.arange(ROWS) % 3
NUMBERS = FEATURES.dot([1.0, 2.0, 3.0, 4.0])
MANY_CLASSES = np.eye(3, dtype=int)[CLASSES]
MANY_NUMBERS = np.column_stack([NUMBERS, -NUMBERS])
TEXTS = ["one two three", "two three four", "five six one"] * (ROWS // 3)
LABELS = ["a", "b", "c"] * (ROWS // 3)
RECORDS = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}] * (ROWS // 2)
COUNTS = RANDOM.poisson(3, (ROWS, 4)) + 1

# What to fit on, tried in turn until one works.
DATA = [
    (FEATURES, CLASSES), (FEATURES, NUMBERS), (COUNTS, CLASSES), (FEATURES, MANY_NUMBERS), (FEATURES, MANY_CLASSES), (FEATURES, CLASSES % 2), (TEXTS, CLASSES), (RECORDS, CLASSES),
    (NUMBERS, NUMBERS), (CLASSES, None), (LABELS, None), (FEATURES, LABELS), (FEATURES.dot(FEATURES.T), CLASSES), ([["a"], ["b"]], None), ([[["x"]]], None),
]


def parts():
    """Yields the arguments to try for an estimator's constructor."""
    from sklearn import linear_model, preprocessing, svm, tree

    yield {}
    logistic, tree_, ridge = linear_model.LogisticRegression(), tree.DecisionTreeClassifier(max_depth=2), linear_model.Ridge()
    yield {"estimator": logistic}
    yield {"estimator": ridge}
    yield {"base_estimator": logistic}
    yield {"base_estimator": ridge}
    yield {"estimators": [("a", logistic), ("b", tree_)]}
    yield {"estimators": [("a", ridge), ("b", tree.DecisionTreeRegressor())]}
    yield {"estimator": tree_, "param_grid": {"max_depth": [1, 2]}}
    yield {"estimator": tree_, "param_distributions": {"max_depth": [1, 2]}, "n_iter": 2}
    yield {"estimator": tree_, "param_distributions": {"max_depth": [1, 2]}}
    yield {"transformers": [("s", preprocessing.StandardScaler(), [0, 1]), ("p", "passthrough", [2])]}
    yield {"steps": [("s", preprocessing.StandardScaler()), ("m", logistic)]}
    yield {"transformer_list": [("s", preprocessing.StandardScaler()), ("m", preprocessing.MinMaxScaler())]}
    yield {"dictionary": FEATURES[:3]}
    yield {"n_components": 2}
    yield {"n_clusters": 2}
    yield {"estimators": [("s", svm.SVC()), ("t", tree_)]}
    yield {"theta": 1.0}


# Smaller than the defaults, so that fitting all of them takes seconds.
SHRINK = {"n_estimators": 3, "max_iter": 20, "n_init": 1, "random_state": 0, "n_quantiles": 10, "perplexity": 5, "hidden_layer_sizes": (4,)}


def _shrunk(estimator):
    valid = estimator.get_params(deep=False) if hasattr(estimator, "get_params") else {}
    changes = {key: value for key, value in SHRINK.items() if key in valid and (valid[key] is not None or key == "random_state")}
    return estimator.set_params(**changes) if changes else estimator


def _made(cls):
    for arguments in parts():
        try:
            accepted = inspect.signature(cls.__init__).parameters
            if all(name in accepted for name in arguments):
                return cls(**arguments)
        except Exception:
            continue
    raise TypeError("no arguments fit")


def _fitted(cls):
    last = None
    for arguments in parts():
        try:
            accepted = inspect.signature(cls.__init__).parameters
            if not all(name in accepted for name in arguments):
                continue
            for rows, target in DATA:
                try:
                    estimator = _shrunk(cls(**arguments))
                    return estimator.fit(rows, target) if target is not None else estimator.fit(rows)
                except Exception as error:
                    last = error
        except Exception as error:
            last = error
    raise last or TypeError("no arguments fit")


def estimators():
    """Yields name and class of every estimator; abstract bases are left out by scikit-learn itself."""
    listed = list(all_estimators())
    known = {cls for _, cls in listed}
    from sklearn import compose, ensemble, feature_extraction, model_selection, multiclass, multioutput, pipeline

    for module in (compose, ensemble, feature_extraction, model_selection, multiclass, multioutput, pipeline, feature_extraction.text):
        for name in getattr(module, "__all__", []):
            value = getattr(module, name, None)
            if isinstance(value, type) and hasattr(value, "fit") and value not in known:
                known.add(value)
                listed.append((name, value))
    return listed


def unfitted():
    """Yields name and maker of each estimator as constructed."""
    for name, cls in estimators():
        yield name, functools.partial(_made, cls)


def fitted():
    """Yields name and maker of each estimator fitted."""
    for name, cls in estimators():
        yield name, functools.partial(_fitted, cls)


OTHERS = [
    "pipeline.make_pipeline(preprocessing.StandardScaler(), svm.SVC(probability=True)).fit(X, y)", "pipeline.make_pipeline(feature_extraction.text.TfidfVectorizer(), linear_model.SGDClassifier(random_state=0)).fit(texts, y)",
    "pipeline.make_pipeline(decomposition.PCA(2), neighbors.KNeighborsClassifier()).fit(X, y)", "pipeline.make_union(preprocessing.StandardScaler(), decomposition.PCA(1)).fit(X)", "pipeline.Pipeline([('s', 'passthrough'), ('m', linear_model.Ridge())]).fit(X, t)",
    "compose.ColumnTransformer([('n', preprocessing.StandardScaler(), [0, 1]), ('c', preprocessing.OneHotEncoder(handle_unknown='ignore'), [2])], remainder='passthrough').fit(X)", "compose.TransformedTargetRegressor(linear_model.LinearRegression(), func=np.log1p, inverse_func=np.expm1).fit(X, t)",
    "compose.make_column_transformer((preprocessing.StandardScaler(), compose.make_column_selector(dtype_include=float)))", "preprocessing.FunctionTransformer(np.log1p, validate=True).fit(X)", "preprocessing.FunctionTransformer().fit(X)", "model_selection.GridSearchCV(svm.SVC(), {'C': [1, 10], 'kernel': ['rbf', 'linear']}, cv=3).fit(X, y)",
    "model_selection.GridSearchCV(linear_model.Ridge(), {'alpha': [1, 2]}, cv=3, scoring='r2').fit(X, t)", "model_selection.GridSearchCV(linear_model.LogisticRegression(), {'C': [1]}, cv=2, scoring=['accuracy', 'f1_macro'], refit='accuracy').fit(X, y)", "model_selection.RandomizedSearchCV(tree.DecisionTreeClassifier(), {'max_depth': scipy.stats.randint(1, 5)}, n_iter=2, cv=2, random_state=0).fit(X, y)",
    "ensemble.VotingClassifier([('a', linear_model.LogisticRegression()), ('b', naive_bayes.GaussianNB())], voting='soft').fit(X, y)", "ensemble.StackingClassifier([('a', tree.DecisionTreeClassifier())], cv=2).fit(X, y)", "ensemble.BaggingClassifier(tree.DecisionTreeClassifier(), 3).fit(X, y)", "ensemble.GradientBoostingClassifier(n_estimators=3).fit(X, y)", "ensemble.GradientBoostingRegressor(n_estimators=3, loss='huber').fit(X, t)",
    "ensemble.HistGradientBoostingClassifier(max_iter=3).fit(X, y)", "ensemble.HistGradientBoostingRegressor(max_iter=3, loss='poisson').fit(X, t)", "ensemble.RandomForestClassifier(3, warm_start=True, oob_score=False).fit(X, y)", "ensemble.IsolationForest(n_estimators=3).fit(X)", "ensemble.AdaBoostClassifier(n_estimators=3).fit(X, y)",
    "gaussian_process.GaussianProcessRegressor(gaussian_process.kernels.RBF() + gaussian_process.kernels.WhiteKernel()).fit(X, t)", "gaussian_process.GaussianProcessClassifier(1.0 * gaussian_process.kernels.Matern()).fit(X, y)", "[gaussian_process.kernels.RationalQuadratic(), gaussian_process.kernels.ExpSineSquared(), gaussian_process.kernels.DotProduct() ** 2, gaussian_process.kernels.PairwiseKernel(), gaussian_process.kernels.CompoundKernel([gaussian_process.kernels.RBF()])]",
    "svm.SVC(kernel='linear').fit(X, y)", "svm.SVC(kernel='precomputed').fit(X.dot(X.T), y)", "svm.SVR().fit(scipy.sparse.csr_matrix(X), t)", "svm.OneClassSVM().fit(X)", "neighbors.KNeighborsClassifier(algorithm='ball_tree').fit(X, y)", "neighbors.KNeighborsClassifier(algorithm='kd_tree', metric='manhattan').fit(X, y)", "neighbors.KNeighborsClassifier(algorithm='brute', metric='cosine').fit(X, y)",
    "neighbors.KNeighborsRegressor(weights='distance', metric='minkowski', p=3).fit(X, t)", "neighbors.BallTree(X)", "neighbors.KDTree(X)", "neighbors.BallTree(X, metric='haversine')", "neighbors.BallTree(np.abs(X[:, :2]), metric='haversine')", "neighbors.KernelDensity().fit(X)", "neighbors.LocalOutlierFactor(novelty=True).fit(X)",
    "neighbors.DistanceMetric.get_metric('euclidean')", "metrics.DistanceMetric.get_metric('euclidean')", "metrics.DistanceMetric.get_metric('minkowski', p=3)", "metrics.DistanceMetric.get_metric('seuclidean', V=np.ones(2))", "metrics.DistanceMetric.get_metric('mahalanobis', V=np.eye(2))", "[metrics.DistanceMetric.get_metric(n) for n in ('manhattan', 'chebyshev', 'hamming', 'canberra', 'braycurtis', 'jaccard', 'matching', 'dice', 'haversine')]",
    "metrics.make_scorer(metrics.f1_score, average='macro')", "metrics.make_scorer(metrics.mean_squared_error, greater_is_better=False)", "metrics.make_scorer(metrics.roc_auc_score, needs_proba=True)", "metrics.make_scorer(metrics.roc_auc_score, response_method='predict_proba')", "{n: metrics.get_scorer(n) for n in ('accuracy', 'r2', 'roc_auc', 'neg_log_loss', 'f1', 'average_precision')}",
    "[metrics.accuracy_score, metrics.log_loss, metrics.r2_score, metrics.mean_absolute_error]", "[model_selection.KFold(3), model_selection.StratifiedKFold(3, shuffle=True, random_state=0), model_selection.GroupKFold(2), model_selection.LeaveOneOut(), model_selection.LeavePOut(2), model_selection.ShuffleSplit(2), model_selection.StratifiedShuffleSplit(2)]",
    "[model_selection.TimeSeriesSplit(2), model_selection.PredefinedSplit([0, 1, -1]), model_selection.RepeatedKFold(n_splits=2), model_selection.RepeatedStratifiedKFold(n_splits=2), model_selection.LeaveOneGroupOut(), model_selection.LeavePGroupsOut(1), model_selection.GroupShuffleSplit()]", "model_selection.StratifiedGroupKFold(2)", "model_selection.ParameterGrid({'a': [1, 2]})",
    "model_selection.ParameterSampler({'a': [1, 2]}, 1)", "model_selection.check_cv(3)", "feature_selection.SelectKBest(feature_selection.chi2, k=2).fit(np.abs(X), y)", "feature_selection.SelectKBest(feature_selection.mutual_info_classif, k=2).fit(X, y)", "feature_selection.SelectPercentile(feature_selection.f_regression).fit(X, t)", "feature_selection.RFE(linear_model.Ridge(), n_features_to_select=2).fit(X, t)",
    "feature_selection.RFECV(linear_model.Ridge(), cv=2).fit(X, t)", "feature_selection.SelectFromModel(ensemble.RandomForestClassifier(3)).fit(X, y)", "feature_extraction.text.CountVectorizer(stop_words='english', ngram_range=(1, 2)).fit(texts)", "feature_extraction.text.CountVectorizer(tokenizer=str.split).fit(texts)", "feature_extraction.text.CountVectorizer(analyzer='char_wb', ngram_range=(1, 3)).fit(texts)",
    "feature_extraction.text.HashingVectorizer()", "feature_extraction.text.TfidfTransformer().fit(np.ones((3, 3)))", "feature_extraction.DictVectorizer().fit([{'a': 1}, {'b': 'x'}])", "feature_extraction.FeatureHasher()", "feature_extraction.image.PatchExtractor()", "linear_model.LogisticRegressionCV(cv=2, Cs=2).fit(X, y)", "linear_model.SGDClassifier(loss='hinge').fit(X, y)", "linear_model.SGDClassifier(loss='log_loss').fit(X, y)",
    "linear_model.SGDRegressor(loss='huber').fit(X, t)", "linear_model.SGDRegressor(loss='epsilon_insensitive').fit(X, t)", "linear_model.SGDOneClassSVM().fit(X)", "linear_model.RANSACRegressor().fit(X, t)", "linear_model.RidgeCV().fit(X, t)", "linear_model.PassiveAggressiveClassifier().fit(X, y)", "linear_model.GammaRegressor().fit(X, t + 1)", "linear_model.TweedieRegressor(power=1.5).fit(X, t + 1)", "linear_model.PoissonRegressor().fit(X, t + 1)",
    "neural_network.MLPClassifier((3,), max_iter=5).fit(X, y)", "neural_network.MLPRegressor((3,), max_iter=5, solver='sgd').fit(X, t)", "neural_network.MLPClassifier((3,), max_iter=5, solver='lbfgs', early_stopping=True).fit(X, y)", "neural_network.BernoulliRBM(2, n_iter=2).fit(X)", "impute.SimpleImputer(strategy='constant', fill_value='x').fit(np.array([['a', None]], dtype=object))", "impute.KNNImputer().fit(X)", "impute.IterativeImputer(max_iter=2).fit(X)",
    "preprocessing.OneHotEncoder().fit([['a', 1], ['b', 2]])", "preprocessing.OrdinalEncoder().fit([['a'], ['b']])", "preprocessing.LabelEncoder().fit(['a', 'b'])", "preprocessing.LabelBinarizer().fit(['a', 'b'])", "preprocessing.MultiLabelBinarizer().fit([['a'], ['b', 'c']])", "preprocessing.KBinsDiscretizer(2).fit(X)", "preprocessing.TargetEncoder(cv=2).fit(X, y)", "preprocessing.SplineTransformer().fit(X)", "preprocessing.QuantileTransformer(n_quantiles=5).fit(X)",
    "preprocessing.PowerTransformer().fit(X)", "calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2).fit(X, y)", "calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2, method='isotonic').fit(X, y)", "isotonic.IsotonicRegression().fit(t, t)", "cluster.KMeans(2, n_init=1).fit(X)", "cluster.MiniBatchKMeans(2, n_init=1).fit(X)", "cluster.DBSCAN().fit(X)", "cluster.HDBSCAN().fit(X)", "cluster.OPTICS().fit(X)", "cluster.Birch().fit(X)",
    "cluster.AgglomerativeClustering(2, compute_distances=True).fit(X)", "cluster.FeatureAgglomeration(2).fit(X)", "cluster.FeatureAgglomeration(2, pooling_func=np.max).fit(X)", "mixture.GaussianMixture(2).fit(X)", "mixture.BayesianGaussianMixture(n_components=2).fit(X)", "decomposition.LatentDirichletAllocation(2, max_iter=2).fit(np.abs(X))", "decomposition.KernelPCA(2, kernel='rbf', fit_inverse_transform=True).fit(X)", "decomposition.FastICA(2, fun='exp').fit(X)",
    "manifold.TSNE(2, perplexity=5).fit(X)", "manifold.Isomap().fit(X)", "manifold.LocallyLinearEmbedding().fit(X)", "manifold.SpectralEmbedding(2).fit(X)", "covariance.EllipticEnvelope().fit(X)", "semi_supervised.SelfTrainingClassifier(svm.SVC(probability=True)).fit(X, y)", "dummy.DummyClassifier(strategy='constant', constant=1).fit(X, y)", "tree.DecisionTreeClassifier(criterion='entropy', class_weight='balanced').fit(X, y).tree_", "tree.DecisionTreeRegressor(criterion='absolute_error').fit(X, t)",
    "tree.DecisionTreeRegressor(criterion='mae').fit(X, t)", "datasets.load_iris()", "datasets.make_classification(20)", "utils.Bunch(a=1, b=np.ones(2))", "utils.Tags()", "linear_model.LogisticRegression().__sklearn_tags__()", "metrics.ConfusionMatrixDisplay(np.eye(2))", "metrics.RocCurveDisplay(fpr=X[:, 0], tpr=X[:, 0])", "inspection.permutation_importance(linear_model.Ridge().fit(X, t), X, t, n_repeats=2)", "exceptions.NotFittedError('x')", "exceptions.ConvergenceWarning('x')",
    "exceptions.InconsistentVersionWarning(estimator_name='a', current_sklearn_version='1', original_sklearn_version='2')", "[linear_model.LogisticRegression, svm.SVC, ensemble.RandomForestClassifier]", "{'model': linear_model.LogisticRegression().fit(X, y), 'scaler': preprocessing.StandardScaler().fit(X), 'columns': list('abcd'), 'version': sklearn.__version__}",
    "(linear_model.LogisticRegression().fit(X, y), feature_extraction.text.TfidfVectorizer().fit(texts))", "[tree.DecisionTreeClassifier(max_depth=i + 1).fit(X, y) for i in range(3)]", "functools.partial(metrics.fbeta_score, beta=2)", "linear_model.LogisticRegression().set_fit_request(sample_weight=True)", "linear_model.LogisticRegression().fit(frame, y)", "compose.ColumnTransformer([('n', preprocessing.StandardScaler(), ['a', 'b'])]).fit(frame)",
    "preprocessing.StandardScaler().set_output(transform='pandas').fit(frame)", "ensemble.HistGradientBoostingClassifier(max_iter=2, categorical_features=[0]).fit(np.round(X * 3), y)", "kernel_approximation.Nystroem(n_components=3).fit(X)", "kernel_ridge.KernelRidge(kernel='rbf').fit(X, t)", "multiclass.OneVsRestClassifier(svm.LinearSVC()).fit(X, y)", "multioutput.MultiOutputClassifier(linear_model.LogisticRegression()).fit(X, np.column_stack([y, y]))",
    "multioutput.RegressorChain(linear_model.Ridge()).fit(X, np.column_stack([t, t]))", "frozen.FrozenEstimator(linear_model.Ridge().fit(X, t))", "discriminant_analysis.LinearDiscriminantAnalysis(solver='lsqr', shrinkage='auto').fit(X, y)", "random_projection.SparseRandomProjection(2).fit(X)", "cross_decomposition.PLSRegression(2).fit(X, t)", "model_selection.TunedThresholdClassifierCV(linear_model.LogisticRegression(), cv=2).fit(X, y % 2)",
    "model_selection.FixedThresholdClassifier(linear_model.LogisticRegression()).fit(X, y % 2)", "pipeline.Pipeline([('m', linear_model.Ridge())], memory=None)", "externals.joblib.Memory(None)", "utils.validation.check_random_state(0)",
]


def namespace():
    """What the expressions of OTHERS see."""
    import importlib

    import scipy.sparse
    import scipy.stats

    names = {"np": np, "scipy": scipy, "sklearn": sklearn, "functools": functools, "X": FEATURES, "y": CLASSES, "t": NUMBERS, "texts": TEXTS}
    for module in """
    calibration cluster compose covariance cross_decomposition datasets decomposition discriminant_analysis dummy ensemble exceptions externals feature_extraction feature_extraction.image feature_extraction.text
    feature_selection frozen gaussian_process gaussian_process.kernels impute inspection isotonic kernel_approximation kernel_ridge linear_model manifold metrics mixture model_selection multiclass multioutput
    naive_bayes neighbors neural_network pipeline preprocessing random_projection semi_supervised svm tree utils utils.validation
    """.split():
        try:
            names[module.split(".")[0]] = importlib.import_module("sklearn." + module.split(".")[0])
            importlib.import_module("sklearn." + module)
        except ImportError:
            pass
    try:
        import pandas

        names["frame"] = pandas.DataFrame(FEATURES, columns=list("abcd"))
    except ImportError:
        pass
    return names
