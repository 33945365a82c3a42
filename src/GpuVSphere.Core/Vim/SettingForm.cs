namespace GpuVSphere.Vim;

/// <summary>As what a server keeps an advanced setting.</summary>
internal enum SettingForm
{
    /// <summary>It is not there: nobody has set it.</summary>
    Absent,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A text.</summary>
    Text,
}
