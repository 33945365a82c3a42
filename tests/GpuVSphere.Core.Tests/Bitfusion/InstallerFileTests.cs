using System;
using System.IO;
using System.Text;
using GpuVSphere.Bitfusion;

namespace GpuVSphere.Core.Tests.Bitfusion;

public sealed class InstallerFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpuvsphere").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("flexdirect.sh", "#!/bin/bash\nset -e\n", nameof(InstallerKind.Script))]
    [InlineData("install", "#!/usr/bin/env bash -e\n", nameof(InstallerKind.Script))]
    [InlineData("getflex", "set -e\napt-get install -y flexdirect\n", nameof(InstallerKind.Script))]
    [InlineData("client.deb", "!<arch>\ndebian-binary   1410122664  0     0     100644  4         `\n2.0\n", nameof(InstallerKind.Deb))]
    [InlineData("client", "!<arch>\ndebian-binary   1410122664  0     0     100644  4         `\n2.0\n", nameof(InstallerKind.Deb))]
    [InlineData("client.deb", "\u00ed\u00ab\u00ee\u00db\u0003\u0000\u0000\u0000", nameof(InstallerKind.Rpm))]
    [InlineData("client.rpm", "#!/bin/sh\n", nameof(InstallerKind.Script))]
    public void What_it_holds_says_what_it_is_whatever_its_name(string name, string content, string kind)
    {
        InstallWish wish = new() { Path = Put(name, content) };
        wish.Check();
        Assert.Equal(kind, wish.Kind.ToString());
    }

    [Theory]
    [InlineData("flexdirect.sh", "", "is empty")]
    [InlineData("client.deb", "\r\n<!DOCTYPE html><html><body>Log in</body></html>", "a web page")]
    [InlineData("client.rpm", "\u00ef\u00bb\u00bf<html>", "a web page")]
    [InlineData("client.deb", "MZ\u0090\u0000\u0003", "a program for Windows")]
    [InlineData("flexdirect", "\u007fELF\u0002\u0001", "ELF")]
    [InlineData("client.deb", "PK\u0003\u0004", "a ZIP archive")]
    [InlineData("flexdirect.tar.gz", "\u001f\u008b\u0008", "gzip")]
    [InlineData("flexdirect.sh", "\u00ff\u00fe#\u0000!\u0000", "UTF-16")]
    [InlineData("flexdirect.sh", "#!/bin/bash\r\nset -e\r\n", "an editor of Windows")]
    [InlineData("flexdirect.sh", "\u00ef\u00bb\u00bf#!/bin/bash\n", "an editor of Windows")]
    [InlineData("flexdirect.sh", "#!/usr/bin/python3\nimport os\n", "#!/usr/bin/python3")]
    [InlineData("client.deb", "404 page not found\n", "text, and no package")]
    [InlineData("flexdirect.sh", "abc\u0000\u0001", "no text")]
    public void What_is_no_installer_is_refused_with_what_it_is(string name, string content, string words)
    {
        string path = Put(name, content);
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(new InstallWish { Path = path }.Check);
        Assert.Equal(("FlexDirectNotAnInstaller", path), (error.Id, error.Target));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.NextStep);
    }

    [Fact]
    public void What_cannot_be_read_is_said() => Assert.Equal("FileNotFound", Assert.Throws<GpuVSphereException>(() => InstallerFile.Check(_folder)).Id);

    private string Put(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(content));
        return path;
    }
}
