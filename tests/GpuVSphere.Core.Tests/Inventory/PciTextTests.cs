using GpuVSphere.Inventory;

namespace GpuVSphere.Core.Tests.Inventory;

public sealed class PciTextTests
{
    [Theory]
    [InlineData("20b5", null, 0x20B5)]
    [InlineData("0x20b5", null, 0x20B5)]
    [InlineData("0X20B5", null, 0x20B5)]
    [InlineData("8373", 0x20B5, 0x20B5)] // decimal, as the API's own documentation has it
    [InlineData("8373", null, 0x8373)] // nothing to tell by: hexadecimal is the likelier
    [InlineData("2230", 0x2230, 0x2230)] // digits alone, and hexadecimal all the same
    [InlineData("40000", null, 40000)] // too large for four hexadecimal digits
    [InlineData("-25536", 40000, 40000)] // a signed short in decimal
    [InlineData("-5e3c", null, 0xA1C4)] // a signed short in hexadecimal
    public void A_device_id_is_read_in_each_form(string text, int? atThatAddress, int expected)
    {
        Assert.Equal((ushort)expected, PciText.ReadDeviceId(text, (ushort?)atThatAddress));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("zz")]
    [InlineData("123456")]
    public void What_is_no_device_id_is_none(string? text) => Assert.Null(PciText.ReadDeviceId(text, null));

    [Theory]
    [InlineData("4318", 0x10DE)]
    [InlineData("-32634", 0x8086)]
    [InlineData("32902", 0x8086)]
    [InlineData("", 0)]
    [InlineData("?", 0)]
    public void An_id_on_the_wire_may_be_signed_or_not(string text, int expected) => Assert.Equal((ushort)expected, PciText.ReadId(text));

    [Theory]
    [InlineData("0000:3b:00.0")]
    [InlineData("PCI:0000:3B:00.0")]
    [InlineData("instance-0000:3b:00.0/x")]
    public void An_address_is_found_within_an_instance_id(string text) => Assert.Equal("0000:3b:00.0", PciText.FindAddress(text).ToString());

    [Theory]
    [InlineData("a%2fb", "a/b")]
    [InlineData("100%25", "100%")]
    [InlineData("a%5Cb%2Fc", "a\\b/c")]
    [InlineData("50%", "50%")]
    [InlineData("a%20b", "a%20b")]
    public void A_name_is_decoded_as_vsphere_codes_it(string sent, string name) => Assert.Equal(name, VimName.Decode(sent));
}
