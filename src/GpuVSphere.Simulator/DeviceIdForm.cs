namespace GpuVSphere.Simulator;

/// <summary>How the device id of a static passthrough backing has to be written to be known at power-on. Sources disagree (facts/vim25-gpu.md 3.2): UNCONFIRMED.</summary>
public enum DeviceIdForm
{
    /// <summary>Decimal, hexadecimal, hexadecimal with 0x, or nothing.</summary>
    Any,

    /// <summary>Decimal, or nothing; another form is accepted at reconfigure and fails at power-on.</summary>
    Decimal,

    /// <summary>Hexadecimal with or without 0x, or nothing; a decimal one is accepted at reconfigure and fails at power-on.</summary>
    Hexadecimal,
}
