namespace GpuVSphere.Mmio;

/// <summary>What is wrong with a key.</summary>
public enum MmioKeyProblem
{
    /// <summary>The name is not one that ESXi knows, so it does nothing.</summary>
    Misspelt,

    /// <summary>The name is right but for upper and lower case, which ESXi does not mind.</summary>
    OtherCase,

    /// <summary>The value is not of the kind that the key takes.</summary>
    BadValue,

    /// <summary>The size is not a power of two.</summary>
    NotAPowerOfTwo,

    /// <summary>The size is there and the switch is not.</summary>
    Missing,

    /// <summary>The size is there and the switch is off.</summary>
    SwitchedOff,
}
