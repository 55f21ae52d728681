//! Paths that lead nowhere, links, permissions, and files that are too large.

use std::fs;

use crate::{folder, translate};

#[test]
fn paths_that_lead_nowhere() {
    let folder = folder(&[("a.py", "print 1\n")]);
    folder.run("parse -l python27 .").ends_with(2).says("this is a directory; name a file");
    folder.run("parse -l python27 gone.py").ends_with(2).says("gone.py: there is no such file or directory");
    folder.run("parse -l python27 a.py/b.py").ends_with(2).says("a.py/b.py: a part of this path is a file");
    let run = folder.run("check -l python27 a.py/b gone a.py").ends_with(2).says("a.py/b").says("gone");
    assert!(run.text().starts_with("python27: 3 files, 8 bytes") && run.text().ends_with(" 2 failed\n"));
}

#[cfg(unix)]
#[test]
fn links() {
    use std::os::unix::fs::symlink;
    let folder = folder(&[("real/a.py", "print 1\n")]);
    symlink("nowhere.py", folder.path("broken.py")).unwrap();
    symlink("real/a.py", folder.path("link.py")).unwrap();
    folder
        .run("check -l python27 broken.py")
        .ends_with(2)
        .says("broken.py: the link leads to nowhere.py, which is not there");
    // Links that are met in a directory are not followed: the file would be done twice.
    assert!(folder.run("check -l python27 .").ends_with(0).text().starts_with("python27: 1 file, "));
    folder.run(&translate("--write link.py")).ends_with(0);
    assert!(fs::symlink_metadata(folder.path("link.py")).unwrap().is_symlink(), "the link is kept");
    assert_eq!(folder.text("real/a.py"), "print(1)\n");
    assert_eq!(fs::read_dir(folder.path("real")).unwrap().count(), 1, "a temporary file is left");
}

#[cfg(unix)]
#[test]
fn permissions_are_kept_and_respected() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&[("a.py", "print 1\n"), ("closed/b.py", "b\n"), ("fixed.py", "print 1\n")]);
    let set = |name: &str, mode| fs::set_permissions(folder.path(name), fs::Permissions::from_mode(mode)).unwrap();
    set("a.py", 0o751);
    folder.run(&translate("--write a.py")).ends_with(0);
    assert_eq!(folder.text("a.py"), "print(1)\n");
    assert_eq!(fs::metadata(folder.path("a.py")).unwrap().permissions().mode() & 0o7777, 0o751);
    set("closed", 0o000);
    set("fixed.py", 0o444);
    // Root may do all.
    if fs::read_dir(folder.path("closed")).is_err() {
        folder.run("check -l python27 closed a.py").ends_with(2).says("closed: permission denied");
        folder.run(&translate("--write fixed.py")).ends_with(2).says("fixed.py: not written: permission denied");
        assert_eq!(folder.text("fixed.py"), "print 1\n");
    }
    set("closed", 0o755);
}

#[test]
fn a_file_of_more_than_four_gibibytes() {
    let folder = folder(&[]);
    // A hole: it takes no space.
    fs::File::create(folder.path("large.json")).unwrap().set_len(5 << 30).unwrap();
    folder.run("check large.json").ends_with(2).says("large.json: the file has 5368709120 bytes; a text has at most");
}
