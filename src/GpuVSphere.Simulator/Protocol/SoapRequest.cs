namespace GpuVSphere.Simulator.Protocol;

/// <summary>One SOAP request, parsed.</summary>
/// <param name="Method">The method called.</param>
/// <param name="Self">The object it is called on.</param>
/// <param name="Arguments">What else came, as a tree.</param>
/// <param name="OperationId">The operationID header, or null.</param>
internal sealed record SoapRequest(string Method, MoRef Self, DataObject Arguments, string? OperationId);
