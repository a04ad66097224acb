"""Honest objects of the libraries around scikit-learn: boosters, statistics, graphs, texts, images."""

import importlib

import numpy as np

NAMESPACE = {"np": np}
for _name in """
xgboost lightgbm catboost statsmodels.api statsmodels.formula.api statsmodels.tsa.api networkx PIL.Image imblearn.over_sampling imblearn.under_sampling imblearn.pipeline imblearn.ensemble category_encoders
hdbscan gensim.models gensim.corpora gensim.similarities nltk nltk.stem nltk.probability nltk.tokenize nltk.tag nltk.classify sympy pytz dateutil.tz dateutil.relativedelta dateutil.rrule mlxtend.feature_selection mlxtend.classifier
lifelines pandas sklearn.linear_model sklearn.pipeline sklearn.preprocessing sklearn.ensemble sklearn.model_selection
""".split():
    try:
        NAMESPACE[_name.replace(".", "_")] = importlib.import_module(_name)
    except Exception:
        pass

_random = np.random.RandomState(0)
NAMESPACE.update(
    X=_random.rand(60, 4), y=np.arange(60) % 3, b=np.arange(60) % 2, t=_random.rand(60) + 1, frame=None, texts=[["one", "two", "three"], ["two", "four"], ["one", "five", "two"]] * 5,
)
if "pandas" in NAMESPACE:
    NAMESPACE["frame"] = NAMESPACE["pandas"].DataFrame(NAMESPACE["X"], columns=list("abcd")).assign(t=NAMESPACE["t"], k=["u", "v"] * 30, e=np.arange(60) % 2)

TABLES = {
    "xgboost": [
        "xgboost.XGBClassifier(n_estimators=3)", "xgboost.XGBClassifier(n_estimators=3).fit(X, y)", "xgboost.XGBRegressor(n_estimators=3).fit(X, t)", "xgboost.XGBRanker(n_estimators=3)", "xgboost.XGBRFClassifier(n_estimators=3).fit(X, b)", "xgboost.XGBRFRegressor(n_estimators=3).fit(X, t)",
        "xgboost.train({'max_depth': 2}, xgboost.DMatrix(X, label=b), 3)", "xgboost.Booster()", "sklearn_pipeline.make_pipeline(sklearn_preprocessing.StandardScaler(), xgboost.XGBClassifier(n_estimators=2)).fit(X, y)", "xgboost.XGBClassifier(n_estimators=2, early_stopping_rounds=1).fit(X, y, eval_set=[(X, y)], verbose=False)",
        "sklearn_model_selection.GridSearchCV(xgboost.XGBRegressor(n_estimators=2), {'max_depth': [1, 2]}, cv=2).fit(X, t)", "xgboost.callback.EarlyStopping(3)",
    ],
    "lightgbm": [
        "lightgbm.LGBMClassifier(n_estimators=3, verbose=-1)", "lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(X, y)", "lightgbm.LGBMRegressor(n_estimators=3, verbose=-1).fit(X, t)", "lightgbm.LGBMRanker()", "lightgbm.train({'verbose': -1}, lightgbm.Dataset(X, b), 3)", "lightgbm.Booster(model_str=lightgbm.train({'verbose': -1}, lightgbm.Dataset(X, b), 3).model_to_string())",
        "sklearn_pipeline.make_pipeline(sklearn_preprocessing.StandardScaler(), lightgbm.LGBMClassifier(n_estimators=2, verbose=-1)).fit(X, y)", "lightgbm.early_stopping(3)",
    ],
    "catboost": [
        "catboost.CatBoostClassifier(iterations=2)", "catboost.CatBoostClassifier(iterations=2, verbose=0, allow_writing_files=False).fit(X, y)", "catboost.CatBoostRegressor(iterations=2, verbose=0, allow_writing_files=False).fit(X, t)", "catboost.CatBoost({'iterations': 2})",
    ],
    "statsmodels": [
        "statsmodels_api.OLS(t, X).fit()", "statsmodels_api.GLM(t, X).fit()", "statsmodels_api.Logit(b, X).fit(disp=0)", "statsmodels_api.MNLogit(y, X).fit(disp=0)", "statsmodels_api.Poisson(y, X).fit(disp=0)", "statsmodels_api.WLS(t, X).fit()", "statsmodels_api.RLM(t, X).fit()", "statsmodels_api.OLS(frame.t, frame[['a', 'b']]).fit()", "statsmodels_formula_api.ols('t ~ a + b', frame).fit()",
        "statsmodels_formula_api.logit('e ~ a + C(k)', frame).fit(disp=0)", "statsmodels_formula_api.glm('t ~ a', frame).fit()", "statsmodels_tsa_api.ARIMA(t, order=(1, 0, 0)).fit()", "statsmodels_tsa_api.SARIMAX(t, order=(1, 0, 0)).fit(disp=0)", "statsmodels_tsa_api.ExponentialSmoothing(t).fit()", "statsmodels_tsa_api.SimpleExpSmoothing(t).fit()", "statsmodels_tsa_api.VAR(X).fit(1)", "statsmodels_tsa_api.AutoReg(t, 1).fit()",
        "statsmodels_tsa_api.seasonal_decompose(t, period=4)", "statsmodels_api.families.Binomial()", "statsmodels_api.families.Gamma(statsmodels_api.families.links.Log())", "statsmodels_api.tsa.STL(t, period=4).fit()", "statsmodels_api.nonparametric.KDEUnivariate(t)", "statsmodels_api.MixedLM(t, X, b).fit()", "statsmodels_api.QuantReg(t, X).fit()", "statsmodels_api.GEE(t, X, b).fit()",
    ],
    "networkx": [
        "networkx.path_graph(5)", "networkx.DiGraph([(1, 2), (2, 3)])", "networkx.MultiGraph([(1, 2), (1, 2)])", "networkx.MultiDiGraph([(1, 2)])", "networkx.erdos_renyi_graph(30, 0.2, seed=1)", "networkx.karate_club_graph()", "networkx.path_graph(3).nodes", "networkx.path_graph(3).edges(data=True)", "networkx.path_graph(5).subgraph([1, 2])", "networkx.NetworkXError('x')", "networkx.path_graph(3).adj",
        "{'g': networkx.complete_graph(4), 'pos': networkx.circular_layout(networkx.complete_graph(4))}",
    ],
    "pillow": ["PIL_Image.new('RGB', (4, 4))", "PIL_Image.new('L', (4, 4), 7)", "PIL_Image.new('P', (4, 4))", "PIL_Image.new('RGBA', (2, 2))", "[PIL_Image.new('RGB', (2, 2)) for i in range(3)]", "PIL_Image.Resampling.BILINEAR"],
    "imblearn": [
        "imblearn_over_sampling.SMOTE()", "imblearn_over_sampling.RandomOverSampler().fit(X, y)", "imblearn_over_sampling.ADASYN()", "imblearn_under_sampling.RandomUnderSampler()", "imblearn_under_sampling.TomekLinks()", "imblearn_pipeline.Pipeline([('s', imblearn_over_sampling.SMOTE()), ('m', sklearn_linear_model.LogisticRegression())]).fit(X, y)",
        "imblearn_ensemble.BalancedRandomForestClassifier(3).fit(X, y)", "imblearn_ensemble.EasyEnsembleClassifier(2).fit(X, y)",
    ],
    "encoders": ["category_encoders.%s(cols=['k']).fit(frame[['a', 'k']], frame.e)" % n for n in "TargetEncoder OrdinalEncoder OneHotEncoder BinaryEncoder HashingEncoder HelmertEncoder JamesSteinEncoder LeaveOneOutEncoder MEstimateEncoder WOEEncoder CatBoostEncoder CountEncoder SumEncoder BaseNEncoder BackwardDifferenceEncoder PolynomialEncoder GLMMEncoder QuantileEncoder".split()],
    "hdbscan": ["hdbscan.HDBSCAN(min_cluster_size=5).fit(X)", "hdbscan.HDBSCAN(min_cluster_size=5, prediction_data=True).fit(X)", "hdbscan.HDBSCAN()"],
    "gensim": [
        "gensim_models.Word2Vec(texts, vector_size=5, min_count=1)", "gensim_models.Word2Vec(texts, vector_size=5, min_count=1).wv", "gensim_models.FastText(texts, vector_size=5, min_count=1, bucket=50)", "gensim_models.Doc2Vec([gensim_models.doc2vec.TaggedDocument(d, [i]) for i, d in enumerate(texts)], vector_size=5, min_count=1)", "gensim_corpora.Dictionary(texts)",
        "gensim_models.LdaModel([[(0, 1), (1, 2)]] * 5, num_topics=2)", "gensim_models.TfidfModel([[(0, 1), (1, 2)]] * 5)", "gensim_models.LsiModel([[(0, 1), (1, 2)]] * 5, num_topics=1)", "gensim_models.Phrases(texts)", "gensim_models.phrases.Phraser(gensim_models.Phrases(texts))", "gensim_models.KeyedVectors(5)", "gensim_similarities.MatrixSimilarity([[(0, 1.0)]], num_features=2)", "gensim_models.HdpModel([[(0, 1), (1, 2)]] * 5, gensim_corpora.Dictionary(texts))",
        "gensim_models.CoherenceModel", "gensim_models.nmf.Nmf([[(0, 1), (1, 2)]] * 5, num_topics=2)", "gensim_models.callbacks.CallbackAny2Vec()",
    ],
    "nltk": [
        "nltk.FreqDist('abca')", "nltk.ConditionalFreqDist([('a', 'b')])", "nltk_stem.PorterStemmer()", "nltk_stem.SnowballStemmer('english')", "nltk_stem.LancasterStemmer()", "nltk_stem.WordNetLemmatizer()", "nltk.Tree('S', ['a', nltk.Tree('NP', ['b'])])", "nltk_tokenize.RegexpTokenizer('a+')", "nltk_tokenize.TreebankWordTokenizer()", "nltk_tokenize.TweetTokenizer()", "nltk_tokenize.punkt.PunktSentenceTokenizer()", "nltk_tokenize.punkt.PunktParameters()",
        "nltk_tag.UnigramTagger([[('a', 'X')]])", "nltk_tag.DefaultTagger('NN')", "nltk_tag.BigramTagger([[('a', 'X')]], backoff=nltk_tag.DefaultTagger('NN'))", "nltk_classify.NaiveBayesClassifier.train([({'a': 1}, 'x'), ({'a': 2}, 'y')])", "nltk_classify.MaxentClassifier.train([({'a': 1}, 'x'), ({'a': 2}, 'y')], trace=0, max_iter=2)", "nltk_classify.DecisionTreeClassifier.train([({'a': 1}, 'x'), ({'a': 2}, 'y')])",
        "nltk_probability.LaplaceProbDist(nltk.FreqDist('abca'))", "nltk_probability.KneserNeyProbDist(nltk.FreqDist([('a', 'b', 'c')]))", "nltk_probability.ELEProbDist(nltk.FreqDist('ab'))", "nltk.CFG.fromstring('S -> \"a\"')", "nltk_tag.PerceptronTagger(load=False)", "nltk.Text(['a', 'b'])",
    ],
    "sympy": ["sympy.Symbol('x')", "sympy.Symbol('x') ** 2 + 1", "sympy.sin(sympy.Symbol('x'))", "sympy.Matrix([[1, 2], [3, 4]])", "sympy.Rational(1, 3)", "sympy.pi", "sympy.Integral(sympy.Symbol('x'))", "sympy.Eq(sympy.Symbol('x'), 1)", "sympy.Poly(sympy.Symbol('x') ** 2)"],
    "dates": [
        "pytz.utc", "pytz.timezone('Europe/Berlin')", "pytz.FixedOffset(60)", "pytz.timezone('US/Eastern').localize(__import__('datetime').datetime(2024, 1, 1))", "__import__('datetime').datetime(2024, 1, 1, tzinfo=pytz.utc)", "pytz.UnknownTimeZoneError('x')", "dateutil_tz.tzutc()", "dateutil_tz.tzoffset('x', 3600)", "dateutil_tz.gettz('Europe/Berlin')", "dateutil_relativedelta.relativedelta(months=1)",
        "dateutil_relativedelta.relativedelta(weekday=dateutil_relativedelta.MO(1))", "dateutil_tz.tzlocal()",
    ],
    "lifelines": ["lifelines.KaplanMeierFitter().fit(frame.t, frame.e)", "lifelines.CoxPHFitter().fit(frame[['a', 't', 'e']], 't', 'e')", "lifelines.WeibullFitter().fit(frame.t, frame.e)", "lifelines.NelsonAalenFitter().fit(frame.t, frame.e)", "lifelines.LogNormalAFTFitter()", "lifelines.ExponentialFitter().fit(frame.t)"],
    "mlxtend": ["mlxtend_feature_selection.SequentialFeatureSelector(sklearn_linear_model.Ridge(), cv=2).fit(X, t)", "mlxtend_classifier.StackingClassifier([sklearn_linear_model.LogisticRegression()], sklearn_linear_model.LogisticRegression()).fit(X, y)", "mlxtend_classifier.EnsembleVoteClassifier([sklearn_linear_model.LogisticRegression()]).fit(X, y)"],
}


def expressions():
    """Yields the group's name and its expressions."""
    for group, table in TABLES.items():
        yield group, table
