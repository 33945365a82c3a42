using System.Globalization;

namespace GpuVSphere.Vim;

/// <summary>An advanced setting of a vCenter.</summary>
/// <param name="Key">Its name, such as <c>vgpu.hotmigrate.enabled</c>.</param>
/// <param name="Value">Its value as text; null when it is not there.</param>
/// <param name="Form">As what the server keeps it: it takes no other.</param>
internal sealed record ServerSetting(string Key, string? Value, SettingForm Form)
{
    /// <summary>Whether it is set to true; a text that is neither true nor false is not.</summary>
    public bool IsTrue => Value is { } text && text.Trim().ToLower(CultureInfo.InvariantCulture) is "true" or "1";
}
