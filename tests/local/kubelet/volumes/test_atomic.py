from local.kubelet.volumes.atomic import FileContent, current_version, write_payload


def files(**texts):
    return {name: FileContent(data=text.encode()) for name, text in texts.items()}


def test_files_are_links_into_one_version(tmp_path):
    assert write_payload(tmp_path, files(a="1", b="2"))
    assert (tmp_path / "a").readlink().as_posix() == "..data/a"
    assert (tmp_path / "a").read_text() == "1"


def test_a_change_replaces_the_version_in_one_step_and_drops_the_old_one(tmp_path):
    write_payload(tmp_path, files(a="1", b="2"))
    old = current_version(tmp_path)
    assert write_payload(tmp_path, files(a="9", c="3"))
    names = sorted(entry.name for entry in tmp_path.iterdir() if not entry.name.startswith(".."))
    assert names == ["a", "c"]
    assert (tmp_path / "a").read_text() == "9"
    assert not old.exists()


def test_an_open_folder_sees_the_new_version(tmp_path):
    write_payload(tmp_path, files(a="1"))
    reader = tmp_path / "a"
    write_payload(tmp_path, files(a="2"))
    assert reader.read_text() == "2"


def test_the_same_files_change_nothing(tmp_path):
    write_payload(tmp_path, files(a="1"))
    version = current_version(tmp_path)
    assert not write_payload(tmp_path, files(a="1"))
    assert current_version(tmp_path) == version


def test_modes_and_subfolders_are_kept(tmp_path):
    write_payload(tmp_path, {"deep/key": FileContent(data=b"k", mode=0o400)})
    assert (tmp_path / "deep/key").stat().st_mode & 0o777 == 0o400
    assert not write_payload(tmp_path, {"deep/key": FileContent(data=b"k", mode=0o400)})
    assert write_payload(tmp_path, {"deep/key": FileContent(data=b"k", mode=0o444)})


def test_an_empty_payload_is_an_empty_folder(tmp_path):
    write_payload(tmp_path, files(a="1"))
    write_payload(tmp_path, {})
    assert not (tmp_path / "a").exists()


def test_contents_are_not_shown_by_accident():
    assert "hunter2" not in repr(FileContent(data=b"hunter2"))
