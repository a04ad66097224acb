//! Published bypasses of other scanners, each as a test that is named after its advisory or issue.
//!
//! Every pickle here only names things; nothing loads it.
//!
//! What concerns containers is tested where containers are read, in `model-scan`: CVE-2025-1889 (member
//! extensions), CVE-2025-1944 (local against central names), CVE-2025-1945 (flag bits), CVE-2025-10155
//! (extension of the file), CVE-2025-10156 (CRC), picklescan#35 (7z), modelscan#354 (one bad entry), garbage
//! between pickles, duplicate members, archives in archives, compressed joblib files, version-needed 255.

use findings::{Finding, Severity};
use pickle_vm::{Limits, RULES, scan};

use crate::assembler::assemble;

fn findings_of(pickle: &[u8]) -> Vec<Finding> {
    scan(pickle, 0, &Limits::default()).report.findings
}

/// Asks for a finding of at least this severity about exactly this global.
fn expect_finding(pickle: &[u8], severity: Severity, subject: &str) {
    let findings = findings_of(pickle);
    let found = findings
        .iter()
        .any(|finding| finding.severity >= severity && finding.subject.as_deref() == Some(subject));
    let all: Vec<_> = findings
        .iter()
        .map(|finding| {
            format!(
                "{} {} {:?}",
                finding.rule, finding.severity, finding.subject
            )
        })
        .collect();
    assert!(found, "no {severity} finding about {subject} in {all:#?}");
}

/// Every way to write a call of a global.
fn calls(module: &str, name: &str) -> [String; 6] {
    [
        format!("GLOBAL '{module}' '{name}'\nMARK\nSTRING 'x'\nTUPLE\nREDUCE\nSTOP"),
        format!(
            "PROTO 2\nGLOBAL '{module}' '{name}'\nBINUNICODE 'x'\nTUPLE1\nREDUCE\nPOP\nNONE\nSTOP"
        ),
        format!(
            "PROTO 4\nFRAME auto\nSHORT_BINUNICODE '{module}'\nMEMOIZE\nSHORT_BINUNICODE '{name}'\nMEMOIZE\n\
             STACK_GLOBAL\nMEMOIZE\nSHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP"
        ),
        format!("MARK\nSTRING 'x'\nINST '{module}' '{name}'\nSTOP"),
        format!("MARK\nGLOBAL '{module}' '{name}'\nSTRING 'x'\nOBJ\nPOP\nNONE\nSTOP"),
        format!(
            "PROTO 4\nGLOBAL '{module}' '{name}'\nSHORT_BINUNICODE 'x'\nTUPLE1\nEMPTY_DICT\nNEWOBJ_EX\nSTOP"
        ),
    ]
}

/// Globals that do harm when they are called: named, and critical, however the call is written.
macro_rules! called {
    ($($test:ident: $module:literal $name:literal => $subject:literal;)*) => {$(
        #[test]
        fn $test() {
            for call in calls($module, $name) {
                expect_finding(&assemble(&call), Severity::Critical, $subject);
            }
        }
    )*};
}

/// Streams with a trick of their own.
macro_rules! streams {
    ($($test:ident: $severity:ident $subject:literal in $assembly:literal;)*) => {$(
        #[test]
        fn $test() {
            expect_finding(&assemble($assembly), Severity::$severity, $subject);
        }
    )*};
}

// picklescan: names that a list of denied names did not have.
called! {
    cve_2025_1716_ghsa_655q_fx9r_782v_pip_main: "pip" "main" => "pip.main";
    cve_2025_10157_ghsa_f7qq_56ww_84cr_ghsa_q77w_mwjj_7mqx_submodule_of_asyncio:
        "asyncio.unix_events" "_UnixSubprocessTransport._start"
        => "asyncio.unix_events._UnixSubprocessTransport._start";
    ghsa_vvpj_8cmc_gx39_pkgutil_resolve_name: "pkgutil" "resolve_name" => "pkgutil.resolve_name";
    ghsa_84r2_jw7c_4r5q_pydoc_locate: "pydoc" "locate" => "pydoc.locate";
    ghsa_9726_w42j_3qjr_file_io: "_io" "FileIO" => "io.FileIO";
    ghsa_9726_w42j_3qjr_urlopen: "urllib.request" "urlopen" => "urllib.request.urlopen";
    ghsa_m7j5_r2p5_c39r_file_handler: "logging" "FileHandler" => "logging.FileHandler";
    ghsa_9m3x_qqw2_h32h_make_function: "cloudpickle.cloudpickle" "_make_function"
        => "cloudpickle.cloudpickle._make_function";
    ghsa_9m3x_qqw2_h32h_builtin_type: "cloudpickle.cloudpickle" "_builtin_type"
        => "cloudpickle.cloudpickle._builtin_type";
    ghsa_9m3x_qqw2_h32h_subimport: "cloudpickle.cloudpickle" "subimport"
        => "cloudpickle.cloudpickle.subimport";
    ghsa_9m3x_qqw2_h32h_code_type: "types" "CodeType" => "types.CodeType";
    cve_2026_56315_ghsa_g38g_8gr9_h9xp_uuid: "uuid" "_get_command_stdout" => "uuid._get_command_stdout";
    cve_2026_56315_ghsa_g38g_8gr9_h9xp_osx_support: "_osx_support" "_read_output"
        => "_osx_support._read_output";
    cve_2026_56315_ghsa_g38g_8gr9_h9xp_aix_support: "_aix_support" "_read_cmd_output"
        => "_aix_support._read_cmd_output";
    cve_2026_56315_ghsa_g38g_8gr9_h9xp_pyrepl_pager: "_pyrepl.pager" "pipe_pager"
        => "_pyrepl.pager.pipe_pager";
    cve_2026_56315_ghsa_g38g_8gr9_h9xp_imap4_stream: "imaplib" "IMAP4_stream" => "imaplib.IMAP4_stream";
    cve_2026_56315_ghsa_g38g_8gr9_h9xp_script_helper: "test.support.script_helper" "assert_python_ok"
        => "test.support.script_helper.assert_python_ok";
    ghsa_49gj_c84q_6qm9_cprofile_run: "cProfile" "run" => "cProfile.run";
    ghsa_9w88_8rmg_7g2p_cprofile_runctx: "cProfile" "runctx" => "cProfile.runctx";
    ghsa_7wx9_6375_f5wh_profile_run: "profile" "run" => "profile.run";
    ghsa_x696_vm39_cp64_profile_class_run: "profile" "Profile.run" => "profile.Profile.run";
    ghsa_6vqj_c2q5_j97w_profile_class_runctx: "profile" "Profile.runctx" => "profile.Profile.runctx";
    ghsa_5qwp_399c_mjwf_trace_run: "trace" "Trace.run" => "trace.Trace.run";
    ghsa_g344_hcph_8vgg_trace_runctx: "trace" "Trace.runctx" => "trace.Trace.runctx";
    ghsa_fqq6_7vqf_w3fg_doctest: "doctest" "debug_script" => "doctest.debug_script";
    ghsa_cj3c_v495_4xqh_interactive_interpreter: "code" "InteractiveInterpreter.runcode"
        => "code.InteractiveInterpreter.runcode";
    ghsa_6w4w_5w54_rjvr_idle_get_entity: "idlelib.autocomplete" "AutoComplete.get_entity"
        => "idlelib.autocomplete.AutoComplete.get_entity";
    ghsa_7cq8_mj8x_j263_idle_fetch_completions: "idlelib.autocomplete" "AutoComplete.fetch_completions"
        => "idlelib.autocomplete.AutoComplete.fetch_completions";
    ghsa_8r4j_24qv_fmq9_idle_fetch_tip: "idlelib.calltip" "Calltip.fetch_tip"
        => "idlelib.calltip.Calltip.fetch_tip";
    ghsa_9xph_j2h6_g47v_idle_calltip: "idlelib.calltip" "get_entity" => "idlelib.calltip.get_entity";
    ghsa_3vg9_h568_4w9m_idle_debugobj: "idlelib.debugobj" "ObjectTreeItem.SetText"
        => "idlelib.debugobj.ObjectTreeItem.SetText";
    ghsa_3gf5_cxq9_w223_idle_runcode: "idlelib.pyshell" "ModifiedInterpreter.runcode"
        => "idlelib.pyshell.ModifiedInterpreter.runcode";
    ghsa_j343_8v2j_ff7w_idle_runcommand: "idlelib.pyshell" "ModifiedInterpreter.runcommand"
        => "idlelib.pyshell.ModifiedInterpreter.runcommand";
    ghsa_m869_42cg_3xwr_idle_executive: "idlelib.run" "Executive.runcode"
        => "idlelib.run.Executive.runcode";
    ghsa_f54q_57x4_jg88_lib2to3_grammar: "lib2to3.pgen2.grammar" "Grammar.loads"
        => "lib2to3.pgen2.grammar.Grammar.loads";
    ghsa_p9w7_82w4_7q8m_lib2to3_make_label: "lib2to3.pgen2.pgen" "ParserGenerator.make_label"
        => "lib2to3.pgen2.pgen.ParserGenerator.make_label";
    ghsa_xp4f_hrf8_rxw7_ensurepip: "ensurepip" "_run_pip" => "ensurepip._run_pip";
    ghsa_m273_6v24_x4m4_distutils_write_file: "distutils.file_util" "write_file"
        => "distutils.file_util.write_file";
    ghsa_4675_36f9_wf6r_ctypes: "ctypes" "CDLL" => "ctypes.CDLL";
    ghsa_vqmv_47xg_9wpr_pty: "pty" "spawn" => "pty.spawn";
    ghsa_r8g5_cgf2_4m4m_getlincoef: "numpy.f2py.crackfortran" "getlincoef"
        => "numpy.f2py.crackfortran.getlincoef";
    ghsa_hgrh_qx5j_jfwx_crackfortran: "numpy.f2py.crackfortran" "param_eval"
        => "numpy.f2py.crackfortran.param_eval";
    ghsa_vr7h_p6mm_wpmh_torch_exec_wrapper: "torch.jit.unsupported_tensor_ops" "execWrapper"
        => "torch.jit.unsupported_tensor_ops.execWrapper";
    ghsa_f745_w6jp_hpxx_torch_collect_env: "torch.utils.collect_env" "run"
        => "torch.utils.collect_env.run";
    ghsa_jhph_76pp_mggw_torch_run_and_read_all: "torch.utils.collect_env" "run_and_read_all"
        => "torch.utils.collect_env.run_and_read_all";
    ghsa_4r9r_ch6f_vxmx_torch_run_cprofile: "torch.utils.bottleneck.__main__" "run_cprofile"
        => "torch.utils.bottleneck.__main__.run_cprofile";
    ghsa_4whj_rm5r_c2v8_torch_run_autograd_prof: "torch.utils.bottleneck.__main__" "run_autograd_prof"
        => "torch.utils.bottleneck.__main__.run_autograd_prof";
    ghsa_86cj_95qr_2p4f_torch_guard_builder: "torch._dynamo.guards" "GuardBuilder.get"
        => "torch._dynamo.guards.GuardBuilder.get";
    ghsa_f4x7_rfwp_v3xw_torch_guards_expression:
        "torch.fx.experimental.symbolic_shapes" "ShapeEnv.evaluate_guards_expression"
        => "torch.fx.experimental.symbolic_shapes.ShapeEnv.evaluate_guards_expression";
    ghsa_vv6j_3g6g_2pvj_torch_load_config: "torch.utils._config_module" "ConfigModule.load_config"
        => "torch.utils._config_module.ConfigModule.load_config";
    ghsa_h3qp_7fh3_f8h4_torch_basichandlers: "torch.utils.data.datapipes.utils.decoder" "basichandlers"
        => "torch.utils.data.datapipes.utils.decoder.basichandlers";
    picklescan_malicious21_timeit: "timeit" "timeit" => "timeit.timeit";
    picklescan_malicious22_numpy_runstring: "numpy.testing._private.utils" "runstring"
        => "numpy.testing._private.utils.runstring";
    picklescan_dns_exfiltration: "ssl" "get_server_certificate" => "ssl.get_server_certificate";
    picklescan_data_torch_compile_file: "torch._inductor.codecache" "compile_file"
        => "torch._inductor.codecache.compile_file";
    picklescan_data_venv_create: "venv" "create" => "venv.create";
    picklescan_data_bdb_run: "bdb" "Bdb.run" => "bdb.Bdb.run";
}

// fickling: modules that its list did not have, and hooks that it did not set.
called! {
    ghsa_r7v6_mfhq_g3m2_pty: "pty" "fork" => "pty.fork";
    ghsa_565g_hwwr_4pp3_marshal: "marshal" "loads" => "marshal.loads";
    ghsa_565g_hwwr_4pp3_function_type: "types" "FunctionType" => "types.FunctionType";
    ghsa_wfq2_52f7_7qvj_runpy: "runpy" "run_path" => "runpy.run_path";
    ghsa_q5qq_mvfm_j35x_multiprocessing: "multiprocessing.process" "BaseProcess"
        => "multiprocessing.process.BaseProcess";
    ghsa_p523_jq9w_64x9_cprofile: "cProfile" "Profile.runcall" => "cProfile.Profile.runcall";
    cve_2026_22608_ghsa_5hvc_6wx8_mvv4_pydoc_locate: "pydoc" "locate" => "pydoc.locate";
    ghsa_h4rm_mm56_xf63_builtins: "builtins" "eval" => "builtins.eval";
    ghsa_5hwf_rc88_82xm_platform: "platform" "popen" => "platform.popen";
    ghsa_5cxw_w2xg_2m8h_linecache: "linecache" "getlines" => "linecache.getlines";
    ghsa_r48f_3986_4f9c_gc: "gc" "get_objects" => "gc.get_objects";
    ghsa_6ggj_6f2q_f7mx_private_interpreters: "_interpreters" "run_string"
        => "_interpreters.run_string";
    ghsa_6ggj_6f2q_f7mx_private_ssl: "_ssl" "_SSLContext" => "ssl._SSLContext";
    ghsa_wccx_j62j_r448_pickle_unpickler: "pickle" "Unpickler" => "pickle.Unpickler";
    ghsa_wccx_j62j_r448_pickle_underscore_loads: "pickle" "_loads" => "pickle._loads";
    ghsa_fphw_536r_4p88_c_pickle: "_pickle" "loads" => "pickle.loads";
}

// modelscan: categories that it did not have.
called! {
    modelscan_338_spawnv_passfds: "multiprocessing.util" "spawnv_passfds"
        => "multiprocessing.util.spawnv_passfds";
    modelscan_338_mlflow_run_entry_point: "mlflow.projects.backend.local" "_run_entry_point"
        => "mlflow.projects.backend.local._run_entry_point";
    modelscan_338_pandas_read_csv: "pandas" "read_csv" => "pandas.read_csv";
    modelscan_338_urlretrieve: "urllib.request" "urlretrieve" => "urllib.request.urlretrieve";
    modelscan_267_pickle_loads: "pickle" "loads" => "pickle.loads";
    modelscan_28_dill: "dill" "loads" => "dill.loads";
    measured_python_2_name_anydbm: "anydbm" "open" => "dbm.open";
    measured_python_2_name_in_name_mapping: "__builtin__" "execfile" => "builtins.execfile";
    measured_dotted_walk_out_of_torch: "torch.serialization" "os.system" => "os.system";
    measured_dotted_walk_out_of_sklearn: "sklearn" "os.system" => "os.system";
    measured_dotted_walk_out_of_collections: "collections" "_sys.modules.get" => "sys.modules.get";
    ghsa_5j3x_jp52_966f_dotted_attribute: "logging" "os.system" => "os.system";
    ghsa_5j3x_jp52_966f_dotted_attribute_of_a_submodule: "importlib" "resources.os.system"
        => "os.system";
}

// Tricks with stack and memo.
streams! {
    ghsa_9gvj_pp9x_gcfr_operands_as_string: Critical "os.system" in "
        STRING 'os'\nSTRING 'system'\nSTACK_GLOBAL\nSTRING 'x'\nTUPLE1\nREDUCE\nSTOP";
    ghsa_9gvj_pp9x_gcfr_operands_as_binstring: Critical "os.system" in "
        BINSTRING 'os'\nSHORT_BINSTRING 'system'\nSTACK_GLOBAL\nSTRING 'x'\nTUPLE1\nREDUCE\nSTOP";
    ghsa_9gvj_pp9x_gcfr_operands_as_unicode: Critical "os.system" in "
        UNICODE 'os'\nBINUNICODE8 'system'\nSTACK_GLOBAL\nSTRING 'x'\nTUPLE1\nREDUCE\nSTOP";
    picklescan_22_memoized_operands: Critical "os.system" in "
        PROTO 4
        SHORT_BINUNICODE 'system'\nMEMOIZE\nPOP
        SHORT_BINUNICODE 'os'\nMEMOIZE\nPOP
        SHORT_BINUNICODE 'collections'\nMEMOIZE\nPOP
        BINGET 1\nBINGET 0\nSTACK_GLOBAL
        SHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP";
    picklescan_23_put_and_get: Critical "os.system" in "
        UNICODE 'os'\nPUT 7\nPOP\nUNICODE 'system'\nPUT 8\nPOP\nUNICODE 'safe'\nPUT 9\nPOP
        GET 7\nGET 8\nSTACK_GLOBAL\nMARK\nSTRING 'x'\nTUPLE\nREDUCE\nSTOP";
    picklescan_16_operands_below_decoys: Critical "os.system" in "
        PROTO 4
        SHORT_BINUNICODE 'os'\nSHORT_BINUNICODE 'system'
        SHORT_BINUNICODE 'collections'\nSHORT_BINUNICODE 'OrderedDict'\nPOP\nPOP
        STACK_GLOBAL\nSHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP";
    modelscan_69_long_memo_index: Critical "os.system" in "
        PROTO 4
        SHORT_BINUNICODE 'os'\nLONG_BINPUT 70000\nPOP
        SHORT_BINUNICODE 'system'\nLONG_BINPUT 70001\nPOP
        LONG_BINGET 70000\nLONG_BINGET 70001\nSTACK_GLOBAL
        SHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP";
    picklescan_keyerror_exploit: Critical "os.system" in "
        PROTO 4\nGLOBAL 'os system'\nSHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE
        BINGET 99\nSHORT_BINUNICODE 'os'\nSTACK_GLOBAL\nSTOP";
    picklescan_type_confusion_exploit: Critical "os.system" in "
        PROTO 4\nGLOBAL 'os system'\nSHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE
        BININT1 42\nMEMOIZE\nSHORT_BINUNICODE 'os'\nSTACK_GLOBAL\nSTOP";
    ghsa_97f8_7cmv_76j2_legacy_magic_by_eval: Critical "builtins.eval" in "
        PROTO 2\nGLOBAL '__builtin__ eval'\nBINUNICODE '0x1950a86a20f9469cfc6c'\nTUPLE1\nREDUCE\nSTOP";
    nullifai_stream_breaks_after_the_payload: Critical "builtins.exec" in "
        PROTO 4\nFRAME 65\nGLOBAL '__builtin__ exec'\nSHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE
        RAW b'X\\xff\\xff\\xff\\xffbroken'";
    ghsa_mxhj_88fx_4pcv_obj_then_pop: Critical "os.system" in "
        PROTO 4\nMARK\nGLOBAL 'os system'\nSHORT_BINUNICODE 'x'\nOBJ\nPOP\nNONE\nSTOP";
    ghsa_mhc9_48gj_9gp3_smtplib_made_used_by_build: Critical "smtplib.SMTP" in "
        PROTO 4\nGLOBAL 'smtplib SMTP'\nSHORT_BINUNICODE 'h'\nTUPLE1\nREDUCE\nEMPTY_DICT\nBUILD\nSTOP";
    ghsa_mhc9_48gj_9gp3_signal_made_used_by_build: Critical "signal.signal" in "
        PROTO 4\nGLOBAL 'signal signal'\nBININT1 15\nNONE\nTUPLE2\nREDUCE\nEMPTY_DICT\nBUILD\nSTOP";
    ghsa_mhc9_48gj_9gp3_socketserver_made_used_by_build: Critical "socketserver.TCPServer" in "
        PROTO 4\nGLOBAL 'socketserver TCPServer'\nNONE\nNONE\nTUPLE2\nREDUCE\nEMPTY_DICT\nBUILD\nSTOP";
    ghsa_cffv_grgg_g429_same_import_twice: High "acme.gadgets.run" in "
        PROTO 4\nGLOBAL 'acme.gadgets run'\nPOP
        GLOBAL 'acme.gadgets run'\nSHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP";
    fickling_317_frame_boundary: Critical "os.system" in "
        PROTO 4\nFRAME 6\nRAW b'\\x8c\\x0aaaaa'\nRAW b'bbbbbb'\nRAW b'0N.!'
        POP\nGLOBAL 'os system'\nMARK\nSTRING 'x'\nTUPLE\nREDUCE\nSTOP";
    fickling_111_expansion: Critical "os.system" in "
        NONE\nREPEAT 40\nDUP\nTUPLE2\nEND\nPOP
        GLOBAL 'os system'\nMARK\nSTRING 'x'\nTUPLE\nREDUCE\nSTOP";
    fickling_196_cycle: Critical "os.system" in "
        PROTO 4\nEMPTY_LIST\nMEMOIZE\nBINGET 0\nAPPEND
        EMPTY_DICT\nMEMOIZE\nNONE\nBINGET 1\nSETITEM\nTUPLE2\nPOP
        GLOBAL 'os system'\nMARK\nBINGET 0\nTUPLE\nREDUCE\nSTOP";
    fickling_322_float_and_bytearray8: Critical "os.system" in "
        PROTO 5\nFLOAT 1.5\nBYTEARRAY8 b'x'\nTUPLE2\nPOP
        GLOBAL 'os system'\nMARK\nSTRING 'x'\nTUPLE\nREDUCE\nSTOP";
}

// Names that are computed, and writes to what was imported.
streams! {
    ghsa_46h3_79wf_xr6c_attrgetter_by_its_c_module: Critical "os.system" in "
        PROTO 4\nGLOBAL '_operator attrgetter'\nSHORT_BINUNICODE 'system'\nTUPLE1\nREDUCE
        GLOBAL 'builtins __import__'\nSHORT_BINUNICODE 'os'\nTUPLE1\nREDUCE\nTUPLE1\nREDUCE
        SHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP";
    ghsa_955r_x9j8_7rhh_methodcaller_by_its_c_module: Critical "builtins.__import__" in "
        PROTO 4\nGLOBAL '_operator methodcaller'\nSHORT_BINUNICODE 'system'\nSHORT_BINUNICODE 'x'\nTUPLE2\nREDUCE
        GLOBAL 'builtins __import__'\nSHORT_BINUNICODE 'os'\nTUPLE1\nREDUCE\nTUPLE1\nREDUCE\nSTOP";
    ghsa_84r2_jw7c_4r5q_locate_and_methodcaller: Critical "pydoc.locate" in "
        PROTO 4\nGLOBAL 'operator methodcaller'\nSHORT_BINUNICODE 'system'\nSHORT_BINUNICODE 'x'\nTUPLE2\nREDUCE
        GLOBAL 'pydoc locate'\nSHORT_BINUNICODE 'os'\nTUPLE1\nREDUCE\nTUPLE1\nREDUCE\nSTOP";
    cve_2026_22608_locate_and_ctypes: Critical "pydoc.locate" in "
        PROTO 4\nGLOBAL 'builtins getattr'
        GLOBAL 'pydoc locate'\nSHORT_BINUNICODE 'ctypes.windll.kernel32'\nTUPLE1\nREDUCE
        SHORT_BINUNICODE 'WinExec'\nTUPLE2\nREDUCE\nSHORT_BINUNICODE 'x'\nBININT1 1\nTUPLE2\nREDUCE\nSTOP";
    modelscan_331_import_module_getattr_join: Critical "os.system" in "
        PROTO 4\nGLOBAL 'builtins getattr'
        GLOBAL 'importlib import_module'\nSHORT_BINUNICODE 'os'\nTUPLE1\nREDUCE
        GLOBAL 'builtins getattr'\nSHORT_BINUNICODE ''\nSHORT_BINUNICODE 'join'\nTUPLE2\nREDUCE
        EMPTY_LIST\nMARK\nSHORT_BINUNICODE 'sys'\nSHORT_BINUNICODE 'tem'\nAPPENDS\nTUPLE1\nREDUCE
        TUPLE2\nREDUCE\nSHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP";
    modelscan_85_numpy_prod_build_slotstate: High "numpy.prod" in "
        PROTO 4\nGLOBAL 'numpy prod'\nNONE\nEMPTY_DICT\nSHORT_BINUNICODE 'a'
        GLOBAL 'numpy' 'ndarray'\nSETITEM\nTUPLE2\nBUILD\nPOP
        SHORT_BINUNICODE 'numpy'\nSHORT_BINUNICODE 'prod.a'\nSTACK_GLOBAL
        SHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP";
    modelscan_85_dynamic_stack_global: High "numpy.prod.a" in "
        PROTO 4\nSHORT_BINUNICODE 'numpy'\nSHORT_BINUNICODE 'prod.a'\nSTACK_GLOBAL
        SHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP";
    modelscan_330_shape_overwritten: High "numpy.size" in "
        PROTO 4\nGLOBAL 'numpy size'\nEMPTY_DICT\nSHORT_BINUNICODE 'shape'
        GLOBAL 'numpy' '__builtins__'\nSETITEM\nBUILD\nSTOP";
    modelscan_330_builtins_of_a_module: High "builtins" in "
        PROTO 4\nGLOBAL 'numpy' '__builtins__'\nSTOP";
    measured_subscript_of_builtins: High "builtins.__dict__" in "
        PROTO 4\nGLOBAL 'operator getitem'\nGLOBAL 'builtins' '__dict__'\nSHORT_BINUNICODE 'eval'\nTUPLE2\nREDUCE
        SHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP";
    measured_extension_registered_and_fetched_by_ext1: Critical "os.system" in "
        PROTO 2\nGLOBAL 'copyreg add_extension'\nBINUNICODE 'os'\nBINUNICODE 'system'\nBININT1 200\nTUPLE3\nREDUCE
        EXT1 200\nBINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP";
    measured_extension_registered_and_fetched_by_ext2: Critical "os.system" in "
        PROTO 2\nGLOBAL 'copy_reg add_extension'\nBINUNICODE 'os'\nBINUNICODE 'system'\nBININT2 600\nTUPLE3\nREDUCE
        EXT2 600\nBINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP";
    measured_extension_registered_and_fetched_by_ext4: Critical "os.system" in "
        PROTO 2\nGLOBAL 'copyreg add_extension'\nBINUNICODE 'os'\nBINUNICODE 'system'\nBININT 70000\nTUPLE3\nREDUCE
        EXT4 70000\nBINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP";
    measured_import_alone_has_an_effect: High "antigravity.fly" in "
        PROTO 4\nGLOBAL 'antigravity fly'\nSTOP";
    measured_partial_of_system: Critical "os.system" in "
        PROTO 4\nGLOBAL 'functools partial'\nGLOBAL 'os system'\nSHORT_BINUNICODE 'x'\nTUPLE2\nREDUCE\nSTOP";
    measured_map_of_system: Critical "os.system" in "
        PROTO 4\nGLOBAL 'builtins list'\nGLOBAL 'builtins map'\nGLOBAL 'os system'
        EMPTY_LIST\nSHORT_BINUNICODE 'x'\nAPPEND\nTUPLE2\nREDUCE\nTUPLE1\nREDUCE\nSTOP";
    measured_ufunc_reconstruct_of_system: Critical "os.system" in "
        PROTO 4\nGLOBAL 'numpy.core _ufunc_reconstruct'\nSHORT_BINUNICODE 'os'\nSHORT_BINUNICODE 'system'\nTUPLE2\nREDUCE
        SHORT_BINUNICODE 'x'\nTUPLE1\nREDUCE\nSTOP";
}

#[test]
fn every_rule_that_advisories_meet_is_published() {
    for finding in findings_of(&assemble("GLOBAL 'os system'\nMARK\nLIST\nREDUCE\nSTOP")) {
        assert!(RULES.iter().any(|rule| rule.id == finding.rule.as_str()));
    }
}
