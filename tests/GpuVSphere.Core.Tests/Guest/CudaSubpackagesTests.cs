using System.Linq;
using GpuVSphere.Catalog;
using GpuVSphere.Guest;

namespace GpuVSphere.Core.Tests.Guest;

public sealed class CudaSubpackagesTests
{
    [Theory]
    [InlineData("9.0.176", false, "", "")]
    [InlineData("9.1.85", false, "nvcc cudart", "demo_suite nvgraph")]
    [InlineData("9.2.148", true, "nvcc cudart nvgraph memcheck gpu_library_advisor", "thrust crt")]
    [InlineData("10.2.89", true, "nvcc cudart nvgraph", "thrust crt")]
    [InlineData("11.4.0", true, "nvcc cudart memcheck", "nvgraph crt nvjitlink")]
    [InlineData("12.9.1", true, "nvcc cudart thrust nvjitlink", "memcheck crt")]
    [InlineData("13.4.1", false, "nvcc crt nvvm cudart", "demo_suite nvprof")]
    [InlineData("14.0.0", false, "", "")]
    public void A_setup_is_given_the_parts_that_it_has(string version, bool hasDemos, string with, string without)
    {
        CudaVersion toolkit = CudaVersion.TryParse(version)!;
        Assert.Equal(hasDemos, CudaSubpackages.HasDemos(toolkit));
        if (with.Length == 0)
        {
            Assert.Null(CudaSubpackages.Of(toolkit, withDemos: true));
            return;
        }

        string[] parts = [.. CudaSubpackages.Of(toolkit, withDemos: true)!];
        Assert.Empty(with.Split(' ').Except(parts));
        Assert.Empty(without.Split(' ').Intersect(parts));
        Assert.DoesNotContain(parts, part => part.Contains("Driver", System.StringComparison.Ordinal));
        Assert.Equal(parts.Length, parts.Distinct().Count());
        Assert.DoesNotContain("demo_suite", CudaSubpackages.Of(toolkit, withDemos: false)!);
    }

    [Fact]
    public void What_a_user_names_has_the_compiler_with_it()
    {
        CudaVersion twelve = CudaVersion.TryParse("12.4.1")!;
        Assert.Equal(["nvcc", "cudart", "cublas_dev"], CudaSubpackages.Read(["cudart", "cublas_dev_12.4,nvcc cudart_12.4"], twelve).Order().Reverse());
        Assert.Equal(["compiler", "cudart"], CudaSubpackages.Read(["cudart"], CudaVersion.TryParse("8.0.61")!));
        Assert.Equal(["nvcc_12.4", "cublas_dev_12.4"], CudaSubpackages.Words(["nvcc", "cublas_dev"], twelve));
    }

    [Theory]
    [InlineData("Display.Driver", "never installed")]
    [InlineData("nvcc_12.3", "no name of a part")]
    [InlineData("-clean", "no name of a part")]
    [InlineData("nvcc;calc", "no name of a part")]
    public void What_is_no_part_is_refused(string name, string words)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => CudaSubpackages.Read([name], CudaVersion.TryParse("12.4.1")!));
        Assert.Equal("CudaSubpackageInvalid", error.Id);
        Assert.Contains(words, error.Message);
    }
}
