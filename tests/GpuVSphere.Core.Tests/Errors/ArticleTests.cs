using Xunit;

namespace GpuVSphere.Core.Tests.Errors;

public class ArticleTests
{
    [Theory]
    [InlineData("A100 PCIe 80GB", "an A100 PCIe 80GB")]
    [InlineData("H100 PCIe 80GB", "an H100 PCIe 80GB")]
    [InlineData("L40", "an L40")]
    [InlineData("M60", "an M60")]
    [InlineData("RTX 6000 Ada", "an RTX 6000 Ada")]
    [InlineData("NVIDIA Quadro RTX 5000", "an NVIDIA Quadro RTX 5000")]
    [InlineData("P100 PCIe 16GB", "a P100 PCIe 16GB")]
    [InlineData("T4", "a T4")]
    [InlineData("V100 SXM2 32GB", "a V100 SXM2 32GB")]
    [InlineData("Tesla M10", "a Tesla M10")]
    [InlineData("Quadro RTX 8000", "a Quadro RTX 8000")]
    [InlineData("aarch64", "an aarch64")]
    [InlineData("ppc64le", "a ppc64le")]
    [InlineData("8.x", "an 8.x")]
    [InlineData("11.x", "an 11.x")]
    [InlineData("18.x", "an 18.x")]
    [InlineData("16.x", "a 16.x")]
    [InlineData("1.x", "a 1.x")]
    [InlineData("", "a ")]
    public void TheArticleGoesByHowAWordIsSpoken(string word, string expected) => Assert.Equal(expected, Article.With(word));
}
