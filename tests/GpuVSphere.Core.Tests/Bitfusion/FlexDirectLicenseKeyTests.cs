using System.Net;
using System.Security;
using GpuVSphere.Bitfusion;

namespace GpuVSphere.Core.Tests.Bitfusion;

public sealed class FlexDirectLicenseKeyTests
{
    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("Q7Z-1\nQ7Z-2")]
    [InlineData("Q7Z-1\r")]
    public void What_cannot_be_a_key_is_refused_without_repeating_it(string key)
    {
        GpuVSphereException error = Assert.Throws<GpuVSphereException>(() => FlexDirectLicenseKey.Check(Secret(key)));
        Assert.Equal("InvalidLicenseKey", error.Id);
        Assert.DoesNotContain("Q7Z", error.Message + error.NextStep);
    }

    [Theory]
    [InlineData("ABCD-1234", true, false, "ABCD-1234\ny\n")]
    [InlineData(" ABCD-1234 ", true, true, "y\nABCD-1234\n")]
    [InlineData("ABCD-1234", false, true, "ABCD-1234\n")]
    [InlineData(null, true, false, "y\n")]
    [InlineData(null, false, false, "")]
    public void The_answers_come_in_the_order_of_the_questions(string? key, bool accepts, bool yesFirst, string answers) =>
        Assert.Equal(answers, new NetworkCredential(string.Empty, FlexDirectLicenseKey.Answers(key is null ? null : Secret(key), accepts, yesFirst)).Password);

    [Fact]
    public void A_key_that_the_program_repeats_is_not_shown()
    {
        Assert.Equal("Key: (key)\nError: (key) is invalid", FlexDirectLicenseKey.Hide("Key: ABCD-1234\nError: ABCD-1234 is invalid", Secret("ABCD-1234")));
        Assert.Equal("ABCD", FlexDirectLicenseKey.Hide("ABCD", null));
    }

    private static SecureString Secret(string text) => new NetworkCredential(string.Empty, text).SecurePassword;
}
