using System;
using System.IO;
using GpuVSphere.Operations;

namespace GpuVSphere.Core.Tests.Operations;

public sealed class LocalFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())).FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("driver-390.42-grd.run", "Did you mean driver-390.42-grid.run?")]
    [InlineData("wholly-different", "In {0} there are driver-390.42-grid.run, other-12345678901234567890.run.")]
    public void Beside_NamesTheNearFile_ElseThoseThatWouldDo(string typed, string expected)
    {
        foreach (string name in new[] { "driver-390.42-grid.run", "other-12345678901234567890.run", "driver-390.42-grd.txt" })
        {
            File.WriteAllText(Path.Combine(_folder, name), string.Empty);
        }

        Assert.Equal(string.Format(System.Globalization.CultureInfo.InvariantCulture, expected, _folder), Beside(Path.Combine(_folder, typed)));
    }

    [Fact]
    public void Beside_WithoutSuchFiles_SaysWhatElseToDo()
    {
        Assert.Equal("otherwise", Beside(Path.Combine(_folder, "driver.run")));
        Assert.Equal("otherwise", Beside(Path.Combine(_folder, "no such folder", "driver.run")));
    }

    private static string Beside(string path) => LocalFiles.Beside(path, file => file.EndsWith(".run", StringComparison.Ordinal), "otherwise");
}
